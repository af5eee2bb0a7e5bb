using System.Net;
using DocService.Api.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DocService.Api.Tests.Access;

/// <summary>Every route, asked by everybody: without a key, with a wrong one, with each right, with a key for another prefix, and with tokens of the same rights. A route that is not in the table fails the test.</summary>
public sealed class AccessTableTests(KeyedApplication keyed) : IClassFixture<KeyedApplication>
{
    private const string Everybody = "everybody";
    private const string EveryKey = "read write both operate other admin";

    /// <summary>The route, a request for it, and who is let through. Others with a key get 403, all others 401.</summary>
    private static readonly Row[] Table =
    [
        new("GET /docs/{id}", "/docs/notes/a", "read both admin"),
        new("PUT /docs/{id}", "/docs/notes/put", "write both admin", "1"),
        new("PATCH /docs/{id}", "/docs/notes/a", "both admin", "{}", "application/merge-patch+json"),
        new("DELETE /docs/{id}", "/docs/notes/absent", "write both admin"),
        new("OPTIONS /docs/{id}", "/docs/notes/a", Everybody),
        new("GET /docs", "/docs?prefix=notes/", "read both admin"),
        new("QUERY /docs", "/docs", "read both admin", """{"prefix":"notes/"}"""),
        new("POST /query", "/query", "read both admin", """{"prefix":"notes/"}"""),
        new("POST /docs", "/docs?prefix=notes/", "write both admin", "1"),
        new("DELETE /docs", "/docs?prefix=notes/none/&confirm=0", "both admin"),
        new("OPTIONS /docs", "/docs", Everybody),
        new("POST /batch", "/batch", "write both admin", """{"operations":[{"op":"put","id":"notes/batch","body":1}]}"""),
        new("POST /import", "/import?onConflict=replace", "write both other admin", """{"id":"notes/import","body":1}""", "application/x-ndjson"), // each line is judged: see KeyTests
        new("GET /imports/{key}", "/imports/k", EveryKey), // everybody sees their own
        new("GET /requests/{key}", "/requests/k", EveryKey),
        new("GET /changes", "/changes?prefix=notes/", "read both admin"),
        new("GET /versions", "/versions?id=notes/a", "read both admin"),
        new("DELETE /versions", "/versions?id=notes/absent", "write both admin"),
        new("GET /collections", "/collections", "admin"),
        new("GET /collections/{name}", "/collections/notes", "read both operate admin"),
        new("PUT /collections/{name}", "/collections/notes", "operate admin", """{"prefix":"notes/"}"""),
        new("DELETE /collections/{name}", "/collections/notes", "operate admin", Fields: [("If-Match", "\"0\"")]),
        new("GET /collections/{name}/status", "/collections/notes/status", "operate admin"),
        new("GET /collections/{name}/violations", "/collections/notes/violations", "admin"),
        new("GET /keys", "/keys", "admin"),
        new("POST /keys", "/keys", "admin", """{"name":"made","rights":{"read":["notes/"]}}"""),
        new("GET /keys/{id}", "/keys/000000000000", "admin"),
        new("DELETE /keys/{id}", "/keys/000000000000", "admin"),
        new("POST /keys/{id}/rotate", "/keys/000000000000/rotate", "admin"),
        new("GET /snapshots", "/snapshots", "admin"),
        new("POST /snapshots", "/snapshots", "admin", """{"keep":1}"""),
        new("GET /snapshots/{name}", "/snapshots/none", "admin"),
        new("DELETE /snapshots/{name}", "/snapshots/none", "admin"),
        new("POST /scrub", "/scrub", "admin"),
        new("GET /status", "/status", "admin"),
        new("GET /metrics", "/metrics", "admin"),
        new("GET /healthz/live", "/healthz/live", Everybody),
        new("GET /healthz/ready", "/healthz/ready", Everybody),
        new("GET /problems", "/problems", Everybody),
        new("GET /problems/{slug}", "/problems/forbidden", Everybody),
        new("GET /openapi/{documentName:regex(^v1$)}.json", "/openapi/v1.json", Everybody),
        new("GET /", "/", Everybody),
    ];

    public static TheoryData<string> Routes => [.. Table.Select(row => row.Route)];

    private static IEnumerable<string> Callers => [KeyedApplication.Anonymous, KeyedApplication.Wrong, .. Known];

    private static IEnumerable<string> Known => [.. KeyedApplication.Known, .. KeyedApplication.Known.Select(caller => caller + KeyedApplication.WithToken)];

    /// <summary>HEAD is as GET, and both are asked for.</summary>
    [Fact]
    public void Table_HasEveryRoute()
    {
        IEnumerable<string> routes = keyed.Application.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}"))
            .Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal))
            .Distinct();

        Assert.Equal(routes.Order(StringComparer.Ordinal), Table.Select(row => row.Route).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Route_AskedByEverybody_LetsThroughThoseWhoMay(string route)
    {
        Row row = Table.Single(row => row.Route == route);
        await DefineAsync();
        foreach (string method in row.Method == "GET" ? ["GET", "HEAD"] : (string[])[row.Method])
        {
            foreach (string caller in Callers)
            {
                using HttpResponseMessage response = await SendAsync(caller, method, row);

                int expected = row.LetsThrough(caller) ? 0 : Known.Contains(caller) ? 403 : 401;
                int judged = (int)response.StatusCode is 401 or 403 ? (int)response.StatusCode : 0;
                Assert.True(expected == judged, $"{method} {row.Target} by {caller}: {response.StatusCode}, {await response.Content.ReadAsStringAsync()}");
                Assert.True((int)response.StatusCode < 500, $"{method} {row.Target} by {caller}: {response.StatusCode}");
                if (judged == 401)
                {
                    Assert.StartsWith("Bearer ", response.Field("WWW-Authenticate"), StringComparison.Ordinal);
                }
            }
        }
    }

    /// <summary>What is there and what is not have one answer, to the byte.</summary>
    [Theory]
    [InlineData("GET", "/docs/other/a", "/docs/other/b", null)]
    [InlineData("PUT", "/docs/other/a", "/docs/other/b", "1")]
    [InlineData("DELETE", "/docs/other/a", "/docs/other/b", null)]
    [InlineData("GET", "/docs/other/a?version=1", "/docs/other/b?version=1", null)]
    [InlineData("GET", "/versions?id=other/a", "/versions?id=other/b", null)]
    [InlineData("DELETE", "/versions?id=other/a", "/versions?id=other/b", null)]
    [InlineData("GET", "/docs?prefix=other/", "/docs?prefix=none/", null)]
    [InlineData("GET", "/docs?collection=hidden", "/docs?collection=none", null)]
    [InlineData("GET", "/collections/hidden", "/collections/none", null)]
    [InlineData("GET", "/collections/hidden/status", "/collections/none/status", null)]
    [InlineData("DELETE", "/collections/hidden", "/collections/none", null)]
    [InlineData("GET", "/collections/hidden/violations", "/collections/none/violations", null)]
    [InlineData("PATCH", "/docs/other/a", "/docs/other/b", "{}")]
    [InlineData("GET", "/docs/other/a?wait=1", "/docs/other/b?wait=1", null)]
    [InlineData("GET", "/docs/other/a?select=n", "/docs/other/b?select=n", null)]
    [InlineData("GET", "/changes?prefix=other/", "/changes?prefix=none/", null)]
    [InlineData("DELETE", "/docs?prefix=other/&confirm=1", "/docs?prefix=none/&confirm=1", null)]
    [InlineData("GET", "/keys/KEY", "/keys/000000000000", null)]
    [InlineData("DELETE", "/keys/KEY", "/keys/000000000000", null)]
    [InlineData("POST", "/keys/KEY/rotate", "/keys/000000000000/rotate", null)]
    public async Task Refusal_OfWhatIsThereAndWhatIsNot_IsTheSame(string method, string there, string absent, string? json)
    {
        using HttpResponseMessage defined = await keyed.SendAsync("admin", "PUT", "/collections/hidden", """{"prefix":"other/"}""");
        Assert.True(defined.IsSuccessStatusCode);

        (string, string)[] fields = method == "PATCH" ? [("Content-Type", "application/merge-patch+json")] : there.Contains("wait", StringComparison.Ordinal) ? [("If-None-Match", "*")] : [];
        using HttpResponseMessage one = await keyed.SendAsync("both", method, there.Replace("KEY", keyed.IdOf("admin"), StringComparison.Ordinal), json, fields);
        using HttpResponseMessage other = await keyed.SendAsync("both", method, absent, json, fields);

        await one.AssertProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal(await one.Content.ReadAsStringAsync(), await other.Content.ReadAsStringAsync());
    }

    private async Task DefineAsync()
    {
        using HttpResponseMessage defined = await keyed.SendAsync("admin", "PUT", "/collections/notes", """{"prefix":"notes/"}""");
        Assert.True(defined.IsSuccessStatusCode, await defined.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> SendAsync(string caller, string method, Row row) =>
        keyed.SendAsync(caller, method, row.Target, row.Body, row.Body is null ? row.Fields ?? [] : [("Content-Type", row.Type), .. row.Fields ?? []]);

    private sealed record Row(string Route, string Target, string Who, string? Body = null, string Type = "application/json", (string, string)[]? Fields = null)
    {
        public string Method => Route.Split(' ')[0];

        public bool LetsThrough(string caller) => Who == Everybody || Who.Split(' ').Contains(caller.Split(' ')[0]);
    }
}
