using System.Net;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Browsers;

/// <summary>Every answer tells a browser to do less with it, whoever makes the answer.</summary>
public sealed class SecurityFieldsTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private const string OfDocuments = "default-src 'none'; frame-ancestors 'none'";

    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("PUT", "/docs/secured", "1", 201)]
    [InlineData("PUT", "/docs/secured", "{", 400)]
    [InlineData("GET", "/docs/absent", null, 404)]
    [InlineData("GET", "/docs/%00", null, 400)] // refused by the web server itself
    [InlineData("GET", "/docs?limit=1", null, 200)]
    [InlineData("GET", "/status", null, 200)]
    [InlineData("GET", "/healthz/live", null, 200)]
    [InlineData("GET", "/problems", null, 200)]
    [InlineData("GET", "/openapi/v1.json", null, 200)]
    [InlineData("GET", "/nowhere", null, 404)]
    [InlineData("POST", "/status", "1", 405)]
    [InlineData("OPTIONS", "/docs/a", null, 204)]
    public async Task Answer_OfAnyKind_HasTheFields(string method, string target, string? json, int status)
    {
        await _app.StoreAsync("secured", "0");
        if (status == 201)
        {
            target += TestApplication.NewId();
        }

        RawResponse response = await RawConnection.AskAsync(_app.Port, method, target, json);

        Assert.Equal(status, response.Status);
        AssertSecured(response, OfDocuments);
    }

    [Fact]
    public async Task Document_ReadAgain_HasTheFieldsEachTime()
    {
        string tag = await _app.StoreAsync("secured-again", "0");
        for (int round = 0; round < 3; round++)
        {
            AssertSecured(await RawConnection.AskAsync(_app.Port, "GET", "/docs/secured-again"), OfDocuments);
        }

        using HttpResponseMessage unchanged = await _app.SendAsync("GET", "/docs/secured-again", null, ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.NotModified, "nosniff"), (unchanged.StatusCode, unchanged.Field("X-Content-Type-Options")));
    }

    /// <summary>What had been said until then is taken back; these fields are not.</summary>
    [Fact]
    public async Task Fault_InTheMiddle_HasTheFields()
    {
        await using var damaged = new TestApplication(new ApplicationSettings { Values = new Dictionary<string, string> { ["CacheBytes"] = "0" } });
        await damaged.StoreAsync("damaged", "0");
        await File.AppendAllTextAsync(damaged.FileOf("damaged"), "x");

        using HttpResponseMessage response = await damaged.SendAsync("GET", "/docs/damaged");

        await response.AssertProblemAsync(HttpStatusCode.InternalServerError, "document-corrupt");
        Assert.Equal(("nosniff", OfDocuments), (response.Field("X-Content-Type-Options"), response.Field("Content-Security-Policy")));
    }

    /// <summary>The same, where the answer is taken back by a query and not by what stands in front of all.</summary>
    [Fact]
    public async Task Query_ThatTakesTooLong_HasTheFields()
    {
        await using var slow = new TestApplication(new ApplicationSettings { Values = new Dictionary<string, string> { ["QueryTimeout"] = "00:00:00.001" } });
        await slow.WaitForIndexAsync();
        string large = $"{{\"list\":[{string.Join(',', Enumerable.Repeat(1, 250_000))}],\"x\":1}}";
        for (int number = 0; number < 20; number++)
        {
            await slow.StoreAsync($"slow/{number}", large); // 10 MB to look through: no machine does that in a millisecond
        }

        using HttpResponseMessage response = await slow.SendAsync("GET", "/docs?prefix=slow/&sort=x");

        await response.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "query-timeout");
        Assert.Equal(("nosniff", OfDocuments, "same-origin"), (response.Field("X-Content-Type-Options"), response.Field("Content-Security-Policy"), response.Field("Cross-Origin-Opener-Policy")));
    }

    [Theory]
    [InlineData("/problems/not-found", "style-src 'sha256-")]
    [InlineData("/swagger/index.html", "script-src 'self' 'sha256-")]
    [InlineData("/swagger/index.js", "script-src 'self' 'sha256-")]
    public async Task Page_HasAPolicyOfItsOwn(string path, string part)
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", path, null, ("Accept", "text/html"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        string policy = response.Field("Content-Security-Policy")!;
        Assert.Contains(part, policy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    private static void AssertSecured(RawResponse response, string policy)
    {
        Assert.Equal("nosniff", response.Field("X-Content-Type-Options"));
        Assert.Equal("same-origin", response.Field("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", response.Field("Cross-Origin-Resource-Policy"));
        Assert.Equal("no-referrer", response.Field("Referrer-Policy"));
        Assert.Equal(policy, response.Field("Content-Security-Policy"));
    }
}
