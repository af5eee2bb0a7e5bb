using System.Net;
using DocService.Api.Keys;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Access;

/// <summary>What a browser sends for pages of other sites, with the fields that it adds.</summary>
public sealed class CrossOriginTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    [Theory]
    [InlineData("Origin", "https://evil.example", null)]
    [InlineData("Origin", "null", null)]
    [InlineData("Origin", "http://localhost:3000", null)]
    [InlineData("Origin", "http://localhost.evil.example", null)]
    [InlineData("Origin", "nonsense", null)]
    [InlineData("Sec-Fetch-Site", "cross-site", null)]
    [InlineData("Sec-Fetch-Site", "same-site", null)]
    [InlineData("Origin", "http://localhost", "cross-site")]
    public async Task UnsafeMethod_OfAnotherSite_IsRefusedWhateverItsBody(string field, string value, string? site)
    {
        (string, string)[] fields = site is null ? [(field, value)] : [(field, value), ("Sec-Fetch-Site", site)];
        foreach ((string method, string path, string? body, string type) in ((string, string, string?, string)[])
            [("PUT", "/docs/a", "1", "application/json"), ("POST", "/docs?prefix=a/", "1", "text/plain"), ("DELETE", "/docs/a", null, ""), ("PATCH", "/docs/a", "{}", "application/merge-patch+json"), ("POST", "/batch", "x", "application/x-www-form-urlencoded"), ("POST", "/query", "{}", "application/json")])
        {
            using HttpResponseMessage response = await shared.Application.SendAsync(method, path, body, body is null ? fields : [.. fields, ("Content-Type", type)]);
            await response.AssertProblemAsync(HttpStatusCode.Forbidden, "cross-origin");
        }
    }

    /// <summary>A page learns from a load or its failure whether a document is there: by a script, a style, an object, a frame, an image.</summary>
    [Theory]
    [InlineData("cross-site", "no-cors", "script", 403)]
    [InlineData("cross-site", "no-cors", "image", 403)]
    [InlineData("same-site", "no-cors", "style", 403)]
    [InlineData("cross-site", "cors", "empty", 403)]
    [InlineData("cross-site", "navigate", "object", 403)]
    [InlineData("cross-site", "navigate", "iframe", 403)]
    [InlineData("cross-site", "navigate", "document", 404)] // the user follows a link
    [InlineData("same-origin", "cors", "empty", 404)]
    [InlineData("none", "navigate", "document", 404)]
    [InlineData("cross-site", null, null, 403)]
    public async Task Read_OfAnotherSiteWithoutKeys_TellsNothing(string site, string? mode, string? destination, int status)
    {
        string id = TestApplication.NewId();
        await shared.Application.StoreAsync(id, "1");
        (string, string)[] fields = mode is null ? [("Sec-Fetch-Site", site)] : [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", destination!)];

        using HttpResponseMessage there = await shared.Application.SendAsync("GET", "/docs/" + id, null, fields);
        using HttpResponseMessage absent = await shared.Application.SendAsync("GET", "/docs/absent", null, fields);

        Assert.Equal(status, (int)absent.StatusCode);
        Assert.Equal(status == 403 ? HttpStatusCode.Forbidden : HttpStatusCode.OK, there.StatusCode);
        if (status == 403)
        {
            Assert.Equal(await absent.Content.ReadAsStringAsync(), await there.Content.ReadAsStringAsync());
        }
    }

    /// <summary>A page that has a key was given it; one without gets 401 for everything.</summary>
    [Fact]
    public async Task Read_OfAnotherSiteWithAKey_IsAnswered()
    {
        await using var app = new TestApplication();
        await app.StoreAsync("a", "1");
        (string _, string token) = await KeyedApplication.AddAsync(app.Service<KeyRing>(), "k", new() { ["read"] = ["*"], ["write"] = ["*"] });
        (string, string)[] fields = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors"), ("Origin", "https://evil.example")];

        using HttpResponseMessage with = await app.SendAsync("GET", "/docs/a", null, [.. fields, ("Authorization", "Bearer " + token)]);
        using HttpResponseMessage without = await app.SendAsync("GET", "/docs/a", null, fields);
        using HttpResponseMessage write = await app.SendAsync("PUT", "/docs/a", "2", [.. fields, ("Authorization", "Bearer " + token)]);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (with.StatusCode, without.StatusCode, write.StatusCode));
    }

    [Theory]
    [InlineData("Origin", "http://localhost")]
    [InlineData("Origin", "http://LOCALHOST:80")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task UnsafeMethod_OfTheServersOwnPage_IsCarriedOut(string field, string value)
    {
        using HttpResponseMessage response = await shared.Application.SendAsync("PUT", "/docs/" + TestApplication.NewId(), "1", (field, value));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    /// <summary>Whoever is on the way can put anything into a page without https, of the same name too.</summary>
    [Theory]
    [InlineData("https://localhost", 201)]
    [InlineData("https://localhost:443", 201)]
    [InlineData("http://localhost", 403)]
    [InlineData("http://localhost:443", 403)]
    public async Task Origin_WithoutHttps_IsNoneOfAServerThatIsAskedWithIt(string origin, int status)
    {
        using HttpResponseMessage response = await shared.Application.SendAsync("PUT", "https://localhost/docs/" + TestApplication.NewId(), "1", ("Origin", origin));

        Assert.Equal(status, (int)response.StatusCode);
    }
}
