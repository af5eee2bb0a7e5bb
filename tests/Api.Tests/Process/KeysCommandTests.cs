using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Process;

/// <summary>Keys made offline, and what a start makes of them.</summary>
public sealed class KeysCommandTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task FirstKey_TurnsAuthenticationOn_AndARevokedOneStaysRevokedAfterAKill()
    {
        string admin = await AddAsync("admin", "read,write,operate", "*");
        string web = await AddAsync("web", "read,write", "notes/");
        using (ServerProcess server = await ServerProcess.StartAsync($"--DocService:DataDirectory={_directory.Path}"))
        {
            Assert.Equal(401, (await AskAsync(server, "GET", "/docs/notes/a", null)).Status);
            Assert.Equal(201, (await AskAsync(server, "PUT", "/docs/notes/a", web, "1")).Status);
            Assert.Equal(403, (await AskAsync(server, "PUT", "/docs/other/a", web, "1")).Status);
            Assert.Equal(200, (await AskAsync(server, "GET", "/healthz/ready", null)).Status);
            (int inUse, string error) = await RunAsync("keys", "list", "--data", _directory.Path);
            Assert.Equal(3, inUse);
            Assert.Contains("is using", error, StringComparison.Ordinal);
            Assert.Equal(204, (await AskAsync(server, "DELETE", "/keys/" + IdOf(web), admin)).Status);
            await server.CrashAsync();
        }

        using ServerProcess again = await ServerProcess.StartAsync($"--DocService:DataDirectory={_directory.Path}");
        Assert.Equal(401, (await AskAsync(again, "GET", "/docs/notes/a", web)).Status);
        Assert.Equal(200, (await AskAsync(again, "GET", "/docs/notes/a", admin)).Status);
    }

    [Fact]
    public async Task Commands_ListRotateAndRevoke()
    {
        string token = await AddAsync("web", "read", "notes/");
        string id = IdOf(token);

        using (ServerProcess list = ServerProcess.Command("keys", "list", "--data", _directory.Path))
        {
            Assert.Equal(0, await list.ExitAsync());
            Assert.Contains($"{id}  web  read notes/", list.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(token[^43..], list.Output + list.Errors, StringComparison.Ordinal);
        }

        using (ServerProcess rotate = ServerProcess.Command("keys", "rotate", id, "--data", _directory.Path))
        {
            Assert.Equal(0, await rotate.ExitAsync());
            Assert.StartsWith($"ds_{id}_", rotate.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(token, rotate.Output, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await RunAsync("keys", "revoke", id, "--data", _directory.Path)).ExitCode);
        Assert.Equal(1, (await RunAsync("keys", "revoke", id, "--data", _directory.Path)).ExitCode);
        Assert.Equal(0, (await RunAsync("keys", "reset", "--data", _directory.Path)).ExitCode);
    }

    [Theory]
    [InlineData("--rights", "read,fly", "--prefix", "notes/")]
    [InlineData("--rights", "read", "--prefix", "notes")]
    [InlineData("--rights", "read", "--prefix", "notes/", "--expires", "2001-01-01")]
    public async Task Add_OfWhatIsNoKey_MakesNothing(params string[] arguments)
    {
        string path = Path.Combine(_directory.Path, "none");

        (int exit, string error) = await RunAsync(["keys", "add", "--name", "a", "--data", path, .. arguments]);

        Assert.Equal(3, exit);
        Assert.StartsWith("docservice: ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(path));
    }

    private static string IdOf(string token) => token.Split('_')[1];

    private static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        using ServerProcess command = ServerProcess.Command(arguments);
        return (await command.ExitAsync(), command.Errors);
    }

    private static Task<RawResponse> AskAsync(ServerProcess server, string method, string path, string? token, string? json = null) => RawConnection.AskAsync(
        server.Port,
        Encoding.Latin1.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + (token is null ? string.Empty : $"Authorization: Bearer {token}\r\n")
            + (json is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}")));

    private async Task<string> AddAsync(string name, string rights, string prefix)
    {
        using ServerProcess add = ServerProcess.Command("keys", "add", "--name", name, "--rights", rights, "--prefix", prefix, "--data", _directory.Path);
        Assert.True(await add.ExitAsync() == 0, add.Errors);
        return add.Output.Trim();
    }
}
