using System.Net;
using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Routing;

/// <summary>A server on loopback does not obey a page whose name has been pointed at it (DNS rebinding).</summary>
public sealed class HostTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("GET /docs/rebound")]
    [InlineData("HEAD /docs/rebound")]
    [InlineData("PUT /docs/rebound")]
    [InlineData("DELETE /docs/rebound")]
    [InlineData("POST /batch")]
    [InlineData("GET /status")]
    [InlineData("GET /metrics")]
    [InlineData("GET /healthz/live")]
    [InlineData("GET /swagger/index.html")]
    [InlineData("GET /openapi/v1.json")]
    [InlineData("GET /problems")]
    [InlineData("GET /")]
    [InlineData("GET /nowhere")]
    [InlineData("GET /docs/../x")]
    [InlineData("OPTIONS *")]
    public async Task Request_NamingAnotherHost_IsMisdirectedWhateverItAsksFor(string request)
    {
        RawResponse response = await AskAsync(request, "evil.example");
        if (request.StartsWith("HEAD", StringComparison.Ordinal))
        {
            Assert.Equal(421, response.Status);
            return;
        }

        JsonElement problem = response.AssertProblem(421, "misdirected-request");
        Assert.Contains("AllowedHosts", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A load balancer asks by address, and a page in a browser cannot: the names that it has are no addresses.</summary>
    [Theory]
    [InlineData("GET /healthz/live", "10.0.0.5:5080", 200)]
    [InlineData("GET /healthz/ready", "[fe80::1]", 200)]
    [InlineData("HEAD /healthz/live", "10.0.0.5", 200)]
    [InlineData("GET /healthz/live", "10.0.0.5.evil.example", 421)]
    [InlineData("GET /healthz", "10.0.0.5", 421)]
    [InlineData("GET /status", "10.0.0.5", 421)]
    [InlineData("GET /docs/healthz/live", "10.0.0.5", 421)]
    [InlineData("GET /healthz/../status", "10.0.0.5", 400)]
    public async Task HealthCheck_NamingAnAddress_IsAnsweredAndNothingElse(string request, string host, int status) =>
        Assert.Equal(status, (await AskAsync(request, host)).Status);

    [Fact]
    public async Task Delete_NamingAnotherHost_LeavesTheDocument()
    {
        await _app.StoreAsync("rebound-kept", "1");
        (await AskAsync("DELETE /docs/rebound-kept", "evil.example:80")).AssertProblem(421, "misdirected-request");
        Assert.Equal("1", (await AskAsync("GET /docs/rebound-kept", "localhost")).Body);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:5080")]
    [InlineData("127.0.0.1:1")]
    [InlineData("[::1]:1")]
    [InlineData("store.localhost")]
    public async Task Request_NamingLoopback_IsAnswered(string host) =>
        Assert.Equal(200, (await AskAsync("GET /status", host)).Status);

    [Fact]
    public async Task Request_NamingAHostOfTheKey_IsAnswered()
    {
        await using var app = new TestApplication(new ApplicationSettings { OtherValues = new Dictionary<string, string> { ["AllowedHosts"] = "docs.example.com" } });
        foreach ((string host, HttpStatusCode expected) in new[] { ("docs.example.com", HttpStatusCode.OK), ("localhost", HttpStatusCode.OK), ("evil.example", HttpStatusCode.MisdirectedRequest) })
        {
            using HttpResponseMessage response = await app.SendAsync("GET", "/status", null, ("Host", host));
            Assert.Equal(expected, response.StatusCode);
        }
    }

    private Task<RawResponse> AskAsync(string request, string host) =>
        RawConnection.AskAsync(_app.Port, Encoding.ASCII.GetBytes($"{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1"));
}
