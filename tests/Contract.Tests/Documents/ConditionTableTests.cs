using System.Globalization;
using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>RFC 9110 section 13: method × {absent, match, no match} × four fields. "Match" names the current version or its date.</summary>
public abstract class ConditionTableTests(SharedServer shared)
{
    private readonly EngineServer _app = shared.Server;

    /// <summary>Expected status for GET and HEAD, for PUT, for DELETE; the document is absent, or the field matches, or does not.</summary>
    public static TheoryData<string, string, string, int> Table
    {
        get
        {
            var table = new TheoryData<string, string, string, int>();
            Add(table, "If-Match", absent: [404, 412, 404], match: [200, 204, 204], noMatch: [412, 412, 412]);
            Add(table, "If-Unmodified-Since", absent: [404, 201, 404], match: [200, 204, 204], noMatch: [412, 412, 412]);
            Add(table, "If-None-Match", absent: [404, 201, 404], match: [304, 412, 412], noMatch: [200, 204, 204]);
            Add(table, "If-Modified-Since", absent: [404, 201, 404], match: [304, 204, 204], noMatch: [200, 204, 204]);
            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Condition_ByMethodAndState_IsJudgedAsTheRfcSays(string method, string field, string state, int status)
    {
        string id = Requests.NewId();
        string tag = state == "absent" ? "\"1\"" : await _app.StoreAsync(id, "1");
        string value = field.EndsWith("Match", StringComparison.Ordinal) ? (state == "no match" ? "\"999999\"" : tag) : Date(state == "no match" ? -1 : 1);

        using HttpResponseMessage response = await _app.SendAsync(method, "/docs/" + id, method == "PUT" ? "2" : null, (field, value));

        Assert.Equal(status, (int)response.StatusCode);
        await AssertAnswerAsync(response, method, state == "absent" ? null : tag);
        await AssertStateAsync(id, method, status, state != "absent");
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("PUT", 204)]
    [InlineData("DELETE", 204)]
    public async Task Condition_AnyVersion_NeedsADocument(string method, int status)
    {
        string id = Requests.NewId();
        string? body = method == "PUT" ? "2" : null;
        using HttpResponseMessage absent = await _app.SendAsync(method, "/docs/" + id, body, ("If-Match", "*"));
        string tag = await _app.StoreAsync(id, "1");
        using HttpResponseMessage none = await _app.SendAsync(method, "/docs/" + id, body, ("If-None-Match", "*"));
        using HttpResponseMessage present = await _app.SendAsync(method, "/docs/" + id, body, ("If-Match", "*"));

        Assert.Equal(method == "PUT" ? 412 : 404, (int)absent.StatusCode);
        Assert.Equal(status == 200 ? 304 : 412, (int)none.StatusCode);
        await AssertAnswerAsync(none, method, tag);
        Assert.Equal(status, (int)present.StatusCode);
    }

    [Fact]
    public async Task Put_IfNoneMatchAny_CreatesOnce()
    {
        string id = Requests.NewId();
        using HttpResponseMessage first = await _app.PutAsync(id, "1", ("If-None-Match", "*"));
        using HttpResponseMessage second = await _app.PutAsync(id, "2", ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        JsonElement problem = await second.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(first.Field("ETag"), problem.GetProperty("currentETag").GetString());
        Assert.Equal("1", await _app.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Put_IfMatchOfAnAbsentDocument_NamesNoVersion()
    {
        using HttpResponseMessage response = await _app.PutAsync(Requests.NewId(), "1", ("If-Match", "\"1\""));

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("currentETag").ValueKind);
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("currentDigest").ValueKind);
    }

    private static void Add(TheoryData<string, string, string, int> table, string field, int[] absent, int[] match, int[] noMatch)
    {
        foreach ((string state, int[] statuses) in new[] { ("absent", absent), ("match", match), ("no match", noMatch) })
        {
            table.Add("GET", field, state, statuses[0]);
            table.Add("HEAD", field, state, statuses[0]);
            table.Add("PUT", field, state, statuses[1]);
            table.Add("DELETE", field, state, statuses[2]);
        }
    }

    private static async Task AssertAnswerAsync(HttpResponseMessage response, string method, string? tag)
    {
        switch ((int)response.StatusCode)
        {
            case 304:
                Assert.Equal(tag, response.Field("ETag"));
                Assert.Equal("no-cache", response.Field("Cache-Control"));
                Assert.Empty(await response.Content.ReadAsByteArrayAsync());
                Assert.Null(response.Field("Content-Type"));
                break;
            case 412 when method != "HEAD":
                JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
                Assert.Equal(tag, problem.GetProperty("currentETag").GetString());
                Assert.Equal(tag is null, problem.GetProperty("currentDigest").GetString() is null);
                break;
            case 412 or 404:
                Assert.Equal("application/problem+json", response.Field("Content-Type"));
                break;
        }
    }

    /// <summary>A refused write changed nothing; an accepted one did what it says.</summary>
    private async Task AssertStateAsync(string id, string method, int status, bool existed)
    {
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        string? expected = (method, status) switch
        {
            ("PUT", 201 or 204) => "2",
            ("DELETE", 204) => null,
            _ => existed ? "1" : null,
        };
        Assert.Equal(expected is null ? HttpStatusCode.NotFound : HttpStatusCode.OK, get.StatusCode);
        if (expected is not null)
        {
            Assert.Equal(expected, await get.Content.ReadAsStringAsync());
        }
    }

    private static string Date(int hours) => TimeProvider.System.GetUtcNow().AddHours(hours).ToString("R", CultureInfo.InvariantCulture);
}
