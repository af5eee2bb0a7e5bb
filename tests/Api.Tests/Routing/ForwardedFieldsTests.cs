using System.Text;
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
