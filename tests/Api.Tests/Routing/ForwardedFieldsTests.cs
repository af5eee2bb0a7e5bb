using System.Text;
using DocService.Api.Keys;
using DocService.Api.Tests.Access;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;
using Microsoft.AspNetCore.Builder;

namespace DocService.Api.Tests.Routing;

/// <summary>What a proxy says of its client counts if the proxy is a known one.</summary>
public sealed class ForwardedFieldsTests
{
    [Theory]
    [InlineData(null, "", "/apps/docs/", 421)] // a prefix from this machine, and nothing else
    [InlineData("127.0.0.1", "", "/apps/docs/", 200)]
    [InlineData("10.0.0.7;127.0.0.0/8", "", "/apps/docs/", 200)]
    [InlineData("127.0.0.1;203.0.113.0/24", "203.0.113.9, ", "/apps/docs/", 200)]
    [InlineData("10.0.0.7", "", "/docs/", 421)]
    public async Task Fields_OfAProxy_CountIfItIsKnown(string? known, string clients, string location, int ofHttps)
    {
        await using var app = new TestApplication(new ApplicationSettings
        {
            UsesSockets = true,
            Values = known is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["KnownProxies"] = known },
        });

        RawResponse put = await AskAsync(app, $"PUT /docs/a HTTP/1.1\r\nX-Forwarded-For: {clients}198.51.100.1\r\nX-Forwarded-Prefix: /apps\r\nContent-Type: application/json\r\nContent-Length: 1", "1");
        RawResponse https = await AskAsync(app, "GET https://localhost/docs/a HTTP/1.1\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https", "");

        Assert.Equal((201, location + "a"), (put.Status, put.Field("Location")));
        Assert.Equal(ofHttps, https.Status);
    }

    /// <summary>Which host a request names is said by Host alone: a proxy hands it on, or the setting AllowedHosts names its own.</summary>
    [Theory]
    [InlineData(null, "localhost", "evil.example", 404)]
    [InlineData(null, "evil.example", "localhost", 421)]
    [InlineData("127.0.0.1", "localhost", "evil.example", 404)]
    [InlineData("127.0.0.1", "evil.example", "localhost", 421)]
    public async Task Host_OfAForwardedField_DoesNotCount(string? known, string host, string forwarded, int status)
    {
        await using var app = new TestApplication(new ApplicationSettings
        {
            UsesSockets = true,
            Values = known is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["KnownProxies"] = known },
        });

        RawResponse response = await RawConnection.AskAsync(app.Port, Encoding.ASCII.GetBytes(
            $"GET /docs/absent HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: {forwarded}\r\nX-Original-Host: {forwarded}\r\nForwarded: host={forwarded}\r\nConnection: close\r\n\r\n"));

        Assert.Equal(status, response.Status);
    }

    /// <summary>Whoever tries keys would be another client with each try.</summary>
    [Theory]
    [InlineData(null, 429)]
    [InlineData("127.0.0.1", 401)]
    public async Task Address_OfAProxyThatIsNotKnown_DoesNotHideWhoTriesKeys(string? known, int second)
    {
        var values = new Dictionary<string, string> { ["FailedLoginsPerMinute"] = "1" };
        if (known is not null)
        {
            values["KnownProxies"] = known;
        }

        await using var app = new TestApplication(new ApplicationSettings { UsesSockets = true, Values = values });
        await KeyedApplication.AddAsync(app.Service<KeyRing>(), "right", new() { ["read"] = ["*"] });

        Assert.Equal((401, second), ((await TryAsync("198.51.100.1")).Status, (await TryAsync("203.0.113.77")).Status));

        Task<RawResponse> TryAsync(string client) => AskAsync(app, $"GET /docs/a HTTP/1.1\r\nX-Forwarded-For: {client}\r\nAuthorization: Bearer ds_wrong", "");
    }

    [Fact]
    public void KnownProxies_AreTheOnlyOnes()
    {
        var options = new ForwardedHeadersOptions();
        DocService.Api.Routing.ForwardedFields.Configure(options, new() { KnownProxies = ["10.0.0.7", "10.1.0.0/16"] });

        Assert.Equal("10.0.0.7", Assert.Single(options.KnownProxies).ToString());
        Assert.Equal("10.1.0.0/16", Assert.Single(options.KnownIPNetworks).ToString());
    }

    private static Task<RawResponse> AskAsync(TestApplication app, string head, string body) =>
        RawConnection.AskAsync(app.Port, Encoding.ASCII.GetBytes($"{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n{body}"));
}
