using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>Starts that would leave a store open to more than the operator means.</summary>
public sealed class OpenStartTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string DataArgument => $"--DocService:DataDirectory={_directory.Path}";

    [Theory]
    [InlineData("RequireKeys")]
    [InlineData("RequireKeys", "--DocService:JwtAuthority=https://login.example", "--DocService:JwtAudience=docservice")] // a wrong directory is one all the same
    [InlineData("RequireKeys", "--allow-anonymous")] // keys that are lost must not open what the flag was given for on another day
    public async Task Start_WithoutTheKeysThatMustBe_IsRefusedAndSaysWhatToDo(string named, params string[] further)
    {
        (int exit, string error) = await ServerProcess.RunAsync([DataArgument, "--DocService:RequireKeys=true", .. further]);

        Assert.Equal(1, exit);
        string line = Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: There are no API keys in " + _directory.Path, line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.Contains("keys add", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithTheKeysThatMustBe_Serves()
    {
        using (ServerProcess add = ServerProcess.Command("keys", "add", "--name", "a", "--rights", "read", "--prefix", "*", "--data", _directory.Path))
        {
            Assert.Equal(0, await add.ExitAsync());
        }

        using ServerProcess server = await ServerProcess.StartAsync(DataArgument, "--DocService:RequireKeys=true");
        Assert.StartsWith("HTTP/1.1 401 ", await server.AskAsync("GET /docs HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SharedWithEveryOriginAndWithoutKeys_IsRefusedUnlessToldSo()
    {
        (int exit, string error) = await ServerProcess.RunAsync(DataArgument, "--DocService:Cors:Origins=*");

        Assert.Equal(1, exit);
        string line = Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Cors:Origins", line, StringComparison.Ordinal);
        Assert.Contains("--allow-anonymous", line, StringComparison.Ordinal);

        using ServerProcess told = await ServerProcess.StartAsync(DataArgument, "--DocService:Cors:Origins=*", "--allow-anonymous");
        string answer = await told.AskAsync("GET /docs HTTP/1.1\r\nHost: localhost\r\nOrigin: https://any.example\r\n\r\n");
        Assert.Contains("Access-Control-Allow-Origin: *", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAnOriginThatIsNone_IsRefusedAndMakesNothing()
    {
        (int exit, string error) = await ServerProcess.RunAsync(DataArgument + "/none", "--DocService:Cors:Origins=https://app.example.com/");

        Assert.Equal(1, exit);
        Assert.Contains("'https://app.example.com/' is not what a browser sends", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_directory.Path, "none")));
    }
}
