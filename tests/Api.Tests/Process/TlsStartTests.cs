using DocService.Api.Tests.Support;
using DocService.Api.Tests.Tls;

namespace DocService.Api.Tests.Process;

/// <summary>Starts with certificates that no client would take.</summary>
public sealed class TlsStartTests : IDisposable
{
    private readonly CertificateMaker _made = new();

    public void Dispose() => _made.Dispose();

    [Theory]
    [InlineData("missing", "Could not find file")]
    [InlineData("mismatched", "match")]
    [InlineData("expired", "it expired on 2026-03-01")]
    public async Task Start_WithACertificateThatCannotBeServed_IsOneLineAndCreatesNothing(string fault, string told)
    {
        if (fault == "mismatched")
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            _made.Put(CertificateMaker.Make(now.AddHours(-1), now.AddHours(1)).Certificate, CertificateMaker.Make().Key);
        }
        else if (fault == "expired")
        {
            _made.Put();
        }

        using ServerProcess server = ServerProcess.Listening(
            [], "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0", $"--Kestrel:Endpoints:Https:Certificate:Path={_made.CertificatePath}", $"--Kestrel:Endpoints:Https:Certificate:KeyPath={_made.KeyPath}");

        Assert.Equal(1, await server.ExitAsync());
        string line = Assert.Single(server.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("docservice: The certificate of Kestrel:Endpoints:Https", line, StringComparison.Ordinal);
        Assert.Contains(_made.CertificatePath, line, StringComparison.Ordinal);
        Assert.Contains(told, line, StringComparison.Ordinal);
        Assert.Empty(server.Output);
        Assert.Empty(Directory.GetFileSystemEntries(server.DirectoryPath));
    }
}
