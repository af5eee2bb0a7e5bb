using System.Net;
using DocService.Api.Browsers;
using DocService.Api.Keys;
using DocService.Api.Tests.Access;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Browsers;

/// <summary>Pages of origins that Cors:Origins names may use the server; those of others learn nothing.</summary>
public sealed class CrossOriginSharingTests(CrossOriginSharingTests.TwoOrigins shared) : IClassFixture<CrossOriginSharingTests.TwoOrigins>
{
    private const string Ours = "https://app.example";
    private const string Theirs = "https://evil.example";

    private readonly TestApplication _app = shared.Application;

    [Fact]
    public async Task Page_OfAnAllowedOrigin_ReadsAndWritesAndSeesTheFields()
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage put = await FromAsync(Ours, "PUT", "/docs/" + id, "1");
        using HttpResponseMessage get = await FromAsync(Ours, "GET", "/docs/" + id);
        using HttpResponseMessage replaced = await FromAsync(Ours, "PUT", "/docs/" + id, "2", ("If-Match", get.Field("ETag")!));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.NoContent), (put.StatusCode, get.StatusCode, replaced.StatusCode));
        foreach (HttpResponseMessage response in (HttpResponseMessage[])[put, get, replaced])
        {
            AssertShared(response);
            Assert.Equal(CrossOriginSharing.Exposed, response.Field("Access-Control-Expose-Headers")!.Split(','));
            Assert.Null(response.Field("Access-Control-Allow-Credentials"));
        }
    }

    /// <summary>The lists of docs/security.md, name by name: a page that misses one learns of it from its users.</summary>
    [Theory]
    [InlineData("Access-Control-Allow-Methods", "DELETE GET HEAD PATCH POST PUT QUERY")]
    [InlineData("Access-Control-Allow-Headers", "Authorization Content-Digest Content-Type Durability Idempotency-Key If-Match If-Modified-Since If-None-Match If-Unmodified-Since Last-Event-ID Prefer Repr-Digest")]
    [InlineData("Access-Control-Expose-Headers", "Accept-Patch Durability ETag Idempotency-Replayed Link Location Preference-Applied Repr-Digest Retry-After Sunset")]
    public async Task Fields_ThatAPageMaySendAndSee_AreThese(string field, string names)
    {
        using HttpResponseMessage response = field.EndsWith("Expose-Headers", StringComparison.Ordinal)
            ? await FromAsync(Ours, "GET", "/docs/absent")
            : await PreflightAsync(_app, Ours, "PUT", "/docs/a");

        Assert.Equal(names, string.Join(' ', response.Field(field)!.Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)));
    }

    /// <summary>Else the page would see no more than that something failed.</summary>
    [Theory]
    [InlineData("GET", "/docs/absent", null, 404)]
    [InlineData("PUT", "/docs/no-json", "{", 400)]
    [InlineData("GET", "/docs/a?rev=1", null, 400)]
    [InlineData("PUT", "/docs/conditional", "1", 412)]
    [InlineData("GET", "/nowhere", null, 404)]
    [InlineData("DELETE", "/status", null, 405)]
    [InlineData("GET", "/docs", null, 421)]
    public async Task Refusal_OfAnAllowedOrigin_CarriesTheFields(string method, string path, string? json, int status)
    {
        (string, string)[] fields = status switch
        {
            412 => [("If-Match", "\"1\"")],
            421 => [("Host", "rebound.example")],
            _ => [],
        };
        using HttpResponseMessage response = await FromAsync(Ours, method, path, json, fields);

        Assert.Equal(status, (int)response.StatusCode);
        AssertShared(response);
    }

    [Fact]
    public async Task Stream_OfAnAllowedOrigin_CarriesTheFields()
    {
        using HttpRequestMessage request = Requests.Request("GET", "/changes", ("Origin", Ours), ("Accept", "text/event-stream"));
        using HttpResponseMessage response = await _app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        AssertShared(response);
    }

    [Theory]
    [InlineData("PUT", "/docs/a")]
    [InlineData("QUERY", "/docs")]
    [InlineData("PATCH", "/docs/a")]
    [InlineData("GET", "/status")]
    public async Task Preflight_OfAnAllowedOrigin_NamesWhatIsTaken(string method, string path)
    {
        using HttpResponseMessage response = await PreflightAsync(_app, Ours, method, path);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        AssertShared(response);
        Assert.Equal(CrossOriginSharing.Methods, response.Field("Access-Control-Allow-Methods")!.Split(','));
        Assert.Equal(CrossOriginSharing.Taken, response.Field("Access-Control-Allow-Headers")!.Split(','));
        Assert.Equal("600", response.Field("Access-Control-Max-Age"));
    }

    [Theory]
    [InlineData(Theirs)]
    [InlineData("https://app.example:8443")]
    [InlineData("http://app.example")]
    [InlineData("https://APP.example")]
    [InlineData("https://app.example.evil.example")]
    [InlineData("null")]
    public async Task Page_OfAnotherOrigin_IsRefusedAndToldNothing(string origin)
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "1");
        using HttpResponseMessage preflight = await PreflightAsync(_app, origin, "PUT", "/docs/" + id);
        Assert.DoesNotContain(preflight.Headers, field => field.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("Origin", preflight.Field("Vary"));

        foreach ((string method, string? body) in new[] { ("PUT", "2"), ("DELETE", null), ("GET", (string?)null) })
        {
            using HttpResponseMessage response = await FromAsync(origin, method, "/docs/" + id, body);
            await response.AssertProblemAsync(HttpStatusCode.Forbidden, "cross-origin");
            Assert.DoesNotContain(response.Headers, field => field.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }

        using HttpResponseMessage kept = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(tag, kept.Field("ETag"));
    }

    /// <summary>A cache must not give a page an answer that was made for no page; and the tag is of the document, whoever asks.</summary>
    [Fact]
    public async Task Answer_ToNoPage_VariesByOriginAndHasTheSameTag()
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "1");

        using HttpResponseMessage plain = await _app.SendAsync("GET", "/docs/" + id);
        using HttpResponseMessage page = await FromAsync(Ours, "GET", "/docs/" + id);
        using HttpResponseMessage unchanged = await FromAsync(Ours, "GET", "/docs/" + id, null, ("If-None-Match", tag));
        using HttpResponseMessage index = await _app.SendAsync("GET", "/");

        Assert.Equal((tag, tag), (plain.Field("ETag"), page.Field("ETag")));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        AssertShared(unchanged);
        Assert.Equal("Origin", plain.Field("Vary"));
        Assert.Null(plain.Field("Access-Control-Allow-Origin"));
        Assert.Equal(["Accept", "Origin"], index.Headers.Vary);
    }

    [Fact]
    public async Task Server_WithoutTheSetting_SharesNothing()
    {
        await using var app = new TestApplication();
        await app.StoreAsync("a", "1");
        using HttpResponseMessage preflight = await PreflightAsync(app, Ours, "PUT", "/docs/a");
        using HttpResponseMessage get = await app.SendAsync("GET", "/docs/a");

        Assert.DoesNotContain(preflight.Headers, field => field.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.Null(get.Field("Vary"));
    }

    [Fact]
    public async Task Server_WithKeys_AnswersPreflightsWithoutOneAndNothingElse()
    {
        await using TestApplication app = With(Ours);
        await app.StoreAsync("a", "1");
        (string _, string token) = await KeyedApplication.AddAsync(app.Service<KeyRing>(), "k", new() { ["read"] = ["*"], ["write"] = ["*"] });

        using HttpResponseMessage preflight = await PreflightAsync(app, Ours, "PUT", "/docs/a");
        using HttpResponseMessage without = await app.SendAsync("GET", "/docs/a", null, ("Origin", Ours));
        using HttpResponseMessage wrong = await app.SendAsync("GET", "/docs/a", null, ("Origin", Ours), ("Authorization", "Bearer ds_x"));
        using HttpResponseMessage with = await app.SendAsync("PUT", "/docs/a", "2", ("Origin", Ours), ("Authorization", "Bearer " + token));
        using HttpResponseMessage other = await app.SendAsync("PUT", "/docs/a", "3", ("Origin", Theirs), ("Authorization", "Bearer " + token));

        Assert.Equal(
            (HttpStatusCode.NoContent, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.NoContent, HttpStatusCode.Forbidden),
            (preflight.StatusCode, without.StatusCode, wrong.StatusCode, with.StatusCode, other.StatusCode));
        foreach (HttpResponseMessage response in (HttpResponseMessage[])[preflight, without, wrong, with])
        {
            AssertShared(response);
        }
    }

    [Fact]
    public async Task AnyOrigin_IsSharedWithoutCredentials()
    {
        await using var app = new TestApplication(new ApplicationSettings
        {
            Values = new Dictionary<string, string> { ["Cors:Origins"] = "*" },
            OtherValues = new Dictionary<string, string> { ["allow-anonymous"] = "true" },
        });
        using HttpResponseMessage put = await app.SendAsync("PUT", "/docs/a", "1", ("Origin", Theirs), ("Sec-Fetch-Site", "cross-site"));
        using HttpResponseMessage preflight = await PreflightAsync(app, Theirs, "DELETE", "/docs/a");

        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        foreach (HttpResponseMessage response in (HttpResponseMessage[])[put, preflight])
        {
            Assert.Equal("*", response.Field("Access-Control-Allow-Origin"));
            Assert.Null(response.Field("Access-Control-Allow-Credentials"));
        }

        using HttpResponseMessage plain = await app.SendAsync("GET", "/docs/a");
        Assert.Equal((null, "Origin"), (plain.Field("Access-Control-Allow-Origin"), plain.Field("Vary"))); // a cache must not give this one to a page
    }

    private static TestApplication With(string origins) => new(new ApplicationSettings { Values = new Dictionary<string, string> { ["Cors:Origins"] = origins } });

    private static Task<HttpResponseMessage> PreflightAsync(TestApplication app, string origin, string method, string path) => app.SendAsync(
        "OPTIONS", path, null, ("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,if-match"), ("Sec-Fetch-Site", "cross-site"));

    private static void AssertShared(HttpResponseMessage response)
    {
        Assert.Equal(Ours, response.Field("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", response.Headers.Vary);
    }

    private Task<HttpResponseMessage> FromAsync(string origin, string method, string path, string? json = null, params (string, string)[] fields) =>
        _app.SendAsync(method, path, json, [("Origin", origin), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors"), .. fields]);

    /// <summary>One application that two origins may use.</summary>
    public sealed class TwoOrigins : IAsyncLifetime
    {
        internal TestApplication Application { get; } = With(Ours + ";http://localhost:3000");

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync() => await Application.DisposeAsync();
    }
}
