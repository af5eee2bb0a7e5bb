using System.Net;
using System.Text.Json;
using DocService.Api.Problems;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Problems;

/// <summary>Every error is a problem, in every environment, whatever the client accepts; and each type has its page.</summary>
public sealed class ProblemAnswerTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private static readonly (string Method, string Path, string? Json, (string, string)[] Fields, int Status, string Slug)[] Errors =
    [
        ("GET", "/nowhere", null, [], 404, "not-found"),
        ("POST", "/nowhere", "1", [], 404, "not-found"),
        ("GET", "/docs/", null, [], 404, "not-found"),
        ("GET", "/docs/", null, [], 404, "not-found"),
        ("GET", "/docs/absent", null, [], 404, "not-found"),
        ("GET", "/DOCS/x", null, [], 404, "not-found"),
        ("GET", "/problems/unknown", null, [], 404, "not-found"),
        ("PATCH", "/docs/x", "1", [], 415, "unsupported-media-type"),
        ("POST", "/status", "1", [], 405, "method-not-allowed"),
        ("PUT", "/docs/x", "{", [], 400, "invalid-json"),
        ("PUT", "/docs/x%01", "1", [], 400, "invalid-id"),
        ("PUT", "/docs/x", "1", [("Content-Type", "text/plain")], 415, "unsupported-media-type"),
        ("PUT", "/docs/x", "1", [("Durability", "?")], 400, "invalid-request"),
        ("PUT", "/docs/x", "1", [("If-Match", "x")], 400, "invalid-request"),
        ("PUT", "/docs/x", "1", [("If-Match", "*")], 412, "precondition-failed"),
        ("PUT", "/docs/x", "1", [("Content-Digest", "sha-256=:AAAA:")], 400, "digest-mismatch"),
        ("PUT", "/docs/x", "\"12345678901234567890\"", [], 413, "payload-too-large"),
    ];

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Errors_InEachEnvironment_AreProblemsWithAnsweredTypes(string environment)
    {
        await using var app = new TestApplication(new ApplicationSettings
        {
            Environment = environment,
            Values = new Dictionary<string, string> { ["MaxDocumentBytes"] = "20", ["InFlightBytes"] = "10000" },
        });
        foreach (string accept in new[] { "*/*", "text/html", "text/html,application/xhtml+xml;q=0.9", "image/png" })
        {
            foreach (var error in Errors)
            {
                using HttpResponseMessage response = await app.SendAsync(error.Method, error.Path, error.Json, [.. error.Fields, ("Accept", accept)]);
                JsonElement problem = await response.AssertProblemAsync((HttpStatusCode)error.Status, error.Slug);
                Assert.Equal("no-store", response.Field("Cache-Control"));

                using HttpResponseMessage page = await app.SendAsync("GET", problem.GetProperty("type").GetString()!, null, ("Accept", accept));
                Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Head_OfAnError_HasTheFieldsAndNoBody()
    {
        using HttpResponseMessage response = await shared.Application.SendAsync("HEAD", "/docs/absent");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Field("Content-Type"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Pages_OfAllTypes_SayWhatTheyMean()
    {
        HttpClient client = shared.Application.Client;
        using JsonDocument list = JsonDocument.Parse(await client.GetStringAsync("/problems"));
        Assert.Equal(ProblemCatalogue.All.Select(type => type.Uri), list.RootElement.EnumerateArray().Select(page => page.GetProperty("type").GetString()));

        foreach (ProblemType type in ProblemCatalogue.All)
        {
            using JsonDocument page = JsonDocument.Parse(await client.GetStringAsync(type.Uri));
            Assert.Equal(type.Uri, page.RootElement.GetProperty("type").GetString());
            Assert.Equal(type.Title, page.RootElement.GetProperty("title").GetString());
            Assert.Equal(type.Status, page.RootElement.GetProperty("status").GetInt32());
            Assert.Equal(type.Explanation, page.RootElement.GetProperty("explanation").GetString());
        }
    }

    [Fact]
    public async Task UnexpectedFailure_InDevelopment_SaysNothingOfTheInside()
    {
        var clock = new FailingClock();
        await using var app = new TestApplication(new ApplicationSettings { Environment = "Development", Clock = clock });
        await app.StoreAsync("d", "1");
        clock.Fails = true;
        using HttpResponseMessage response = await app.SendAsync("GET", "/docs/d", null, ("Accept", "text/html"));

        await response.AssertProblemAsync(HttpStatusCode.InternalServerError, "internal-error");
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(response.Field("ETag"));
    }

    [Fact]
    public void Catalogue_Slugs_AreUniqueAndStable()
    {
        Assert.Equal(ProblemCatalogue.All.Count, ProblemCatalogue.All.Select(type => type.Slug).Distinct().Count());
        Assert.All(ProblemCatalogue.All, type => Assert.Matches("^[a-z]+(-[a-z]+)*$", type.Slug));
        Assert.All(ProblemCatalogue.All, type => Assert.InRange(type.Status, 400, 599));
    }

    private sealed class FailingClock : TimeProvider
    {
        public bool Fails { get; set; }

        public override DateTimeOffset GetUtcNow() => Fails ? throw new InvalidOperationException("secret") : base.GetUtcNow();
    }
}
