using System.Net;
using System.Text;
using System.Text.Json;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Tests.Access;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Routing;

/// <summary>Behind a proxy that shows the server below a path: everything that the server links to lies below it, too.</summary>
public sealed class PathBaseTests(PathBaseTests.Prefixed prefixed, SharedSocketApplication shared)
    : IClassFixture<PathBaseTests.Prefixed>, IClassFixture<SharedSocketApplication>
{
    private readonly TestApplication _app = prefixed.Application;

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a/b/c", "a/b/c")]
    [InlineData("a%252Fb", "a%252Fb")]
    [InlineData("store/docs/x", "store/docs/x")]
    [InlineData("a//b", "a//b")]
    [InlineData("%C3%A9%20x", "%C3%A9%20x")]
    public async Task Put_BelowThePrefix_StoresTheIdAndTellsWhereItIsSeen(string id, string canonical)
    {
        RawResponse put = await RawConnection.AskAsync(_app.Port, "PUT", "/store/docs/" + id, "1");

        Assert.Equal((201, "/store/docs/" + canonical), (put.Status, put.Field("Location")));
        Assert.Equal(200, (await RawConnection.AskAsync(_app.Port, "GET", put.Field("Location")!)).Status);
        RawResponse direct = await RawConnection.AskAsync(_app.Port, "GET", "/docs/" + id); // a probe beside the proxy
        Assert.Equal("1", direct.Body);
        Assert.Equal(204, (await RawConnection.AskAsync(_app.Port, "DELETE", "http://localhost/store/docs/" + id)).Status);
    }

    [Theory]
    [InlineData("/STORE/docs/x", 404, "not-found")]
    [InlineData("/%73tore/docs/x", 404, "not-found")]
    [InlineData("/storedocs/x", 404, "not-found")]
    [InlineData("/store/DOCS/x", 404, "not-found")]
    [InlineData("/store/store/docs/x", 404, "not-found")]
    [InlineData("/store/docs/../status", 400, "invalid-id")]
    [InlineData("/store/../docs/x", 400, "invalid-id")]
    [InlineData("/x/../store/docs/x", 400, "invalid-id")]
    [InlineData("/store/docs/x?rev=1", 400, "unknown-parameter")]
    [InlineData("/store/docs/a%00", 400, "invalid-id")]
    [InlineData("https://localhost/store/docs/x", 421, "misdirected-request")]
    public async Task Request_NotExactlyBelowThePrefix_IsJudgedAsWithoutOne(string target, int status, string slug)
    {
        RawResponse response = await RawConnection.AskAsync(_app.Port, "GET", target);
        Assert.Equal(status, response.Status);
        Assert.EndsWith("/problems/" + slug, JsonDocument.Parse(response.Body).RootElement.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_BelowThePrefix_AllLead()
    {
        using JsonDocument index = JsonDocument.Parse((await RawConnection.AskAsync(_app.Port, "GET", "/store")).Body);
        foreach (JsonProperty link in index.RootElement.GetProperty("links").EnumerateObject())
        {
            string path = link.Value.GetString()!;
            Assert.StartsWith("/store/", path, StringComparison.Ordinal);
            if (!path.Contains('{', StringComparison.Ordinal))
            {
                Assert.InRange((await RawConnection.AskAsync(_app.Port, "GET", path)).Status, 200, 302);
            }
        }

        using JsonDocument problem = JsonDocument.Parse((await RawConnection.AskAsync(_app.Port, "GET", "/store/docs/absent")).Body);
        string type = problem.RootElement.GetProperty("type").GetString()!;
        Assert.Equal("/store/problems/not-found", type);
        using JsonDocument unread = JsonDocument.Parse((await RawConnection.AskAsync(_app.Port, "GET", "/store/docs/%00")).Body); // refused by the web server
        Assert.Equal("/store/problems/invalid-id", unread.RootElement.GetProperty("type").GetString());
        Assert.Contains(type, (await RawConnection.AskAsync(_app.Port, "GET", type)).Body, StringComparison.Ordinal);
        Assert.Contains(type, (await RawConnection.AskAsync(_app.Port, "GET", "/store/problems")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/store/", "/store")]
    [InlineData("/", "/")]
    public async Task Description_BelowThePrefix_NamesIt(string root, string server)
    {
        using JsonDocument document = JsonDocument.Parse((await RawConnection.AskAsync(_app.Port, "GET", root + "openapi/v1.json")).Body);
        Assert.Equal(server, Assert.Single(document.RootElement.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString());
    }

    [Fact]
    public async Task Swagger_BelowThePrefix_ReadsTheDescriptionBesideIt()
    {
        RawResponse redirect = await RawConnection.AskAsync(_app.Port, Encoding.ASCII.GetBytes("GET /store/ HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n"));
        Assert.Equal((302, "/store/swagger"), (redirect.Status, redirect.Field("Location")));
        Assert.Contains("swagger/index.html", (await RawConnection.AskAsync(_app.Port, "GET", "/store/swagger")).Field("Location"), StringComparison.Ordinal);
        Assert.Equal(200, (await RawConnection.AskAsync(_app.Port, "GET", "/store/swagger/index.html")).Status);
        Assert.Contains("../openapi/v1.json", (await RawConnection.AskAsync(_app.Port, "GET", "/store/swagger/index.js")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/apps/docs", "/apps/docs/docs/")]
    [InlineData("/apps/", "/apps/docs/")]
    public async Task Put_WithAForwardedPrefixOfALocalProxy_TellsWhereItIsSeen(string prefix, string location)
    {
        string id = TestApplication.NewId();
        RawResponse put = await PutForwardedAsync(shared.Application, "/docs/" + id, prefix);
        Assert.Equal((201, location + id), (put.Status, put.Field("Location")));
    }

    [Fact]
    public async Task Put_WithThePrefixBothForwardedAndLeft_NamesItOnce()
    {
        RawResponse put = await PutForwardedAsync(_app, "/store/docs/forwarded", "/store");
        Assert.Equal((201, "/store/docs/forwarded"), (put.Status, put.Field("Location")));
    }

    /// <summary>A prefix stands at the start of Location: one such as //evil.example would lead away.</summary>
    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/a//b")]
    [InlineData("/a/../b")]
    [InlineData("/a%0d%0ab")]
    [InlineData("/a b")]
    [InlineData("/a?b")]
    public async Task Put_WithAForwardedPrefixThatIsNone_IsRefused(string prefix)
    {
        RawResponse response = await PutForwardedAsync(_app, "/docs/misled", prefix);
        response.AssertProblem(400, "invalid-request");
        Assert.Equal(404, (await RawConnection.AskAsync(_app.Port, "GET", "/docs/misled")).Status);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("/store", true)]
    [InlineData("/apps/store-1_x.y~z", true)]
    [InlineData("store", false)]
    [InlineData("/", false)]
    [InlineData("/store/", false)]
    [InlineData("//store", false)]
    [InlineData("/a/../b", false)]
    [InlineData("/caf\u00e9", false)]
    [InlineData("/a%20b", false)]
    [InlineData("http://x/store", false)]
    public void Setting_OfThePrefix_IsAPathOfPlainNames(string value, bool isValid) =>
        Assert.Equal(isValid, new DocServiceOptions { PathBase = value }.Validate() is null);

    [Fact]
    public async Task Request_InMemoryBelowThePrefix_FindsTheDocument()
    {
        await using var app = new TestApplication(new ApplicationSettings { Values = new Dictionary<string, string> { ["PathBase"] = "/store" } });
        using HttpResponseMessage put = await app.SendAsync("PUT", "/store/docs/a%2Fb", "1");
        Assert.Equal((HttpStatusCode.Created, "/store/docs/a/b"), (put.StatusCode, put.Field("Location")));
    }

    /// <summary>Every field of an answer that leads somewhere.</summary>
    [Fact]
    public async Task Fields_BelowThePrefix_AllLead()
    {
        await using var app = new TestApplication(new ApplicationSettings { Values = new Dictionary<string, string> { ["PathBase"] = "/store" } });
        (_, string token) = await KeyedApplication.AddAsync(app.Service<KeyRing>(), "admin", new() { ["read"] = ["*"], ["write"] = ["*"], ["operate"] = ["*"] });
        await FollowAsync("PUT", "/store/collections/notes", """{"prefix":"notes/","history":3}""", "Location");
        await FollowAsync("POST", "/store/docs?prefix=notes/", "1", "Location");
        await FollowAsync("PUT", "/store/docs/notes/a", "1", "Content-Location", ("Prefer", "return=representation"));
        await FollowAsync("POST", "/store/keys", """{"name":"made","rights":{"read":["notes/"]}}""", "Location");
        using HttpResponseMessage put = await SendAsync("PUT", "/store/docs/notes/a", "2");
        await FollowAsync("GET", $"/store/docs/notes/a?version={put.Field("ETag")!.Trim('"')}", null, "Link");
        await FollowAsync("PUT", "/store/docs/notes/once", "1", "Location", ("Idempotency-Key", "once"));
        await FollowAsync("PUT", "/store/docs/notes/once", "1", "Location", ("Idempotency-Key", "once")); // replayed

        async Task FollowAsync(string method, string target, string? json, string field, params (string, string)[] fields)
        {
            using HttpResponseMessage response = await SendAsync(method, target, json, fields);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            string links = Assert.Single(response.Headers.NonValidated.TryGetValues(field, out System.Net.Http.Headers.HeaderStringValues values) ? values : response.Content.Headers.NonValidated[field]);
            foreach (string link in field == "Link" ? links.Split(',').Select(link => link.Split('<', '>')[1]) : [links])
            {
                Assert.StartsWith("/store/", link, StringComparison.Ordinal);
                using HttpResponseMessage followed = await SendAsync("GET", link);
                Assert.True(followed.IsSuccessStatusCode, $"{target} leads to {link}: {followed.StatusCode}");
            }
        }

        Task<HttpResponseMessage> SendAsync(string method, string target, string? json = null, params (string, string)[] fields) =>
            app.SendAsync(method, target, json, [.. fields, ("Authorization", "Bearer " + token)]);
    }

    /// <summary>One application below the prefix for all tests.</summary>
    public sealed class Prefixed : IAsyncLifetime
    {
        internal TestApplication Application { get; } = new(new ApplicationSettings
        {
            UsesSockets = true,
            Values = new Dictionary<string, string> { ["PathBase"] = "/store" },
        });

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync() => await Application.DisposeAsync();
    }

    private static Task<RawResponse> PutForwardedAsync(TestApplication app, string path, string prefix) =>
        RawConnection.AskAsync(app.Port, Encoding.ASCII.GetBytes(
            $"PUT {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Prefix: {prefix}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1"));
}
