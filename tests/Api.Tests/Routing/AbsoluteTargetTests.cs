using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Routing;

/// <summary>A target in absolute form names scheme and host itself; Host does not count then (RFC 9112 section 3.2.2).</summary>
public sealed class AbsoluteTargetTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("http://localhost/status", "localhost")]
    [InlineData("http://localhost:99/status", "localhost")]
    [InlineData("http://localhost/status", "localhost:99")]
    [InlineData("http://LOCALHOST/status", "evil.example")]
    [InlineData("http://[::1]:99/status", "evil.example")]
    [InlineData("http://localhost/status", "")]
    public async Task Request_WhoseTargetNamesThisServer_IsAnsweredWhateverHostSays(string target, string host) =>
        Assert.Equal(200, (await AskAsync(target, $"HTTP/1.1\r\nHost: {host}")).Status);

    [Theory]
    [InlineData("http://evil.example/status", "HTTP/1.1\r\nHost: localhost")]
    [InlineData("http://evil.example:99/status", "HTTP/1.1\r\nHost: localhost")]
    [InlineData("http://evil.example/status", "HTTP/1.1\r\nHost: evil.example")]
    [InlineData("http://evil.example/status", "HTTP/1.0\r\nHost: localhost")]
    [InlineData("http://evil.example/status", "HTTP/1.0")]
    public async Task Request_WhoseTargetNamesAnotherHost_IsMisdirected(string target, string rest) =>
        (await AskAsync(target, rest)).AssertProblem(421, "misdirected-request");

    /// <summary>RFC 9110 section 7.4: what is asked of https must come over a connection that is secured for it.</summary>
    [Theory]
    [InlineData("https://localhost/docs/a")]
    [InlineData("https://localhost:5080/status")]
    [InlineData("https://localhost/healthz/live")]
    public async Task Request_OfHttpsOverAPlainConnection_IsMisdirected(string target)
    {
        JsonElement problem = (await AskAsync(target, "HTTP/1.1\r\nHost: localhost")).AssertProblem(421, "misdirected-request");
        Assert.Contains("https", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The web server knows schemes in lower case alone. What cannot be read is refused with words that say so.</summary>
    [Theory]
    [InlineData("HTTP://localhost/status")]
    [InlineData("Https://localhost/status")]
    [InlineData("ftp://localhost/status")]
    [InlineData("http:///status")]
    [InlineData("/sta\u00ffus")]
    public async Task Request_WithATargetThatCannotBeRead_IsToldWhatATargetIs(string target)
    {
        JsonElement problem = (await AskAsync(target, "HTTP/1.1\r\nHost: localhost")).AssertProblem(400, "invalid-request");
        Assert.Contains("http:// in lower case", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>RFC 9110 section 4.2.4; and a backslash ends the host for some readers and not for others.</summary>
    [Theory]
    [InlineData("http://user@localhost/status")]
    [InlineData("http://user:secret@localhost:99/status")]
    [InlineData("http://localhost\\docs/status")]
    public async Task Request_WithMoreThanAHostBeforeThePath_IsInvalid(string target) =>
        (await AskAsync(target, "HTTP/1.1\r\nHost: localhost")).AssertProblem(400, "invalid-request");

    /// <summary>HTTP/1.0 has no Host; to leave it out leads around no setting.</summary>
    [Fact]
    public async Task Request_WithoutAHost_IsMisdirectedWhereTheKeyNamesHosts()
    {
        await using var app = new TestApplication(new ApplicationSettings
        {
            UsesSockets = true,
            OtherValues = new Dictionary<string, string> { ["AllowedHosts"] = "docs.example.com" },
        });

        foreach (string rest in new[] { "HTTP/1.0", "HTTP/1.0\r\nHost:", "HTTP/1.1\r\nHost:" })
        {
            JsonElement problem = (await AskAsync("/status", rest, app)).AssertProblem(421, "misdirected-request");
            Assert.Contains("names no host", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(200, (await AskAsync("/healthz/live", rest, app)).Status);
        }

        Assert.Equal(200, (await AskAsync("/status", "HTTP/1.0\r\nHost: docs.example.com", app)).Status);
        Assert.Equal(200, (await AskAsync("http://docs.example.com/status", "HTTP/1.0", app)).Status);
    }

    private Task<RawResponse> AskAsync(string target, string rest, TestApplication? app = null) =>
        RawConnection.AskAsync((app ?? _app).Port, Encoding.Latin1.GetBytes($"GET {target} {rest}\r\nConnection: close\r\n\r\n"));
}
