using System.Net;
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

        using HttpResponseMessage read = await shared.Application.SendAsync("GET", "/docs?limit=1", null, fields);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
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
}
