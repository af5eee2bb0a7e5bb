using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Collections;

/// <summary>Queries and searches by the indexes of a collection.</summary>
public sealed class CollectionQueryTests(SharedApplication shared) : IClassFixture<SharedApplication>, IAsyncLifetime
{
    private readonly TestApplication _app = shared.Application;

    public async Task InitializeAsync()
    {
        using HttpResponseMessage defined = await _app.SendAsync("PUT", "/collections/notes?wait=30", """
            {"prefix":"notes/","indexes":{"by-year":{"fields":["year","-stars"]},"words":{"text":["title"]},"more":{"text":["body"]}}}
            """);
        Assert.True(defined.IsSuccessStatusCode);
        for (int n = 0; n < 6; n++)
        {
            await _app.StoreAsync($"notes/{n}", $$"""{"year":{{2020 + n % 2}},"stars":{{n}},"title":"Green tea{{(n == 3 ? " tea tea" : "")}}","body":"number {{n}}"}""");
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Query_ByAField_ReadsItsIndexAndFindsTheSame()
    {
        JsonElement answer = await _app.ReadJsonAsync("/docs?collection=notes&filter={\"year\":2021}&sort=-stars&explain=true&include=id&limit=2");
        Assert.Equal(["notes/5", "notes/3"], Ids(answer));
        JsonElement plan = answer.GetProperty("plan");
        Assert.Equal(("index", "by-year", "as read"), (plan.GetProperty("reads").GetString(), plan.GetProperty("index").GetString(), plan.GetProperty("order").GetString()));
        JsonElement rest = await _app.ReadJsonAsync($"/docs?collection=notes&filter={{\"year\":2021}}&sort=-stars&include=id&cursor={answer.GetProperty("next").GetString()}");
        Assert.Equal(["notes/1"], Ids(rest));
        JsonElement inside = await _app.ReadJsonAsync("/docs?prefix=notes/&filter={\"year\":{\"$gt\":2020}}&count=true&explain=true&include=id");
        Assert.Equal("by-year", inside.GetProperty("plan").GetProperty("index").GetString());
        Assert.Equal(3, inside.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Search_Words_RanksThemAndGoesWithFiltersAndSorts()
    {
        JsonElement ranked = await _app.ReadJsonAsync("/docs?collection=notes&index=words&search=te*+green&limit=2&count=true&explain=true");
        Assert.Equal(("words", "words"), (ranked.GetProperty("plan").GetProperty("reads").GetString(), ranked.GetProperty("plan").GetProperty("index").GetString()));
        Assert.Equal("notes/3", Ids(ranked)[0]);
        Assert.True(ranked.GetProperty("documents")[0].GetProperty("score").GetDouble() > ranked.GetProperty("documents")[1].GetProperty("score").GetDouble());
        Assert.Equal(6, ranked.GetProperty("count").GetInt32());
        Assert.False(ranked.TryGetProperty("next", out _));
        JsonElement filtered = await _app.ReadJsonAsync("/docs?collection=notes&index=words&search=\"green+tea\"&filter={\"year\":2020}&sort=-stars&limit=2&include=id");
        Assert.Equal(["notes/4", "notes/2"], Ids(filtered));
        JsonElement next = await _app.ReadJsonAsync($"/docs?collection=notes&index=words&search=\"green+tea\"&filter={{\"year\":2020}}&sort=-stars&include=id&cursor={filtered.GetProperty("next").GetString()}");
        Assert.Equal(["notes/0"], Ids(next));
    }

    [Fact]
    public async Task Aggregate_OverASearch_GroupsWhatItFinds()
    {
        using HttpResponseMessage response = await _app.SendAsync("POST", "/query", """
            {"collection":"notes","index":"words","search":"tea","filter":{"stars":{"$gt":0}},"aggregate":{"groupBy":["year"],"compute":{"n":{"count":true},"sum":{"sum":"stars"}}}}
            """);
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal("""[{"key":[2020],"values":{"n":2,"sum":6}},{"key":[2021],"values":{"n":3,"sum":9}}]""", answer.GetProperty("groups").GetRawText());
    }

    /// <summary>A count looks at all that matches, whatever the page holds.</summary>
    [Fact]
    public async Task Explain_WithACount_TellsWhatBothHaveExamined()
    {
        const string Page = "/docs?collection=notes&filter={\"year\":2021}&limit=1&explain=true&include=id";
        long alone = (await _app.ReadJsonAsync(Page)).GetProperty("plan").GetProperty("examined").GetInt64();
        long counted = (await _app.ReadJsonAsync(Page + "&count=true")).GetProperty("plan").GetProperty("examined").GetInt64();
        Assert.Equal(alone + 3, counted);
    }

    [Theory]
    [InlineData("search=tea", "search")]
    [InlineData("collection=notes&search=tea", "index")]
    [InlineData("collection=notes&index=by-year&search=tea", "index")]
    [InlineData("collection=notes&index=words", "index")]
    [InlineData("collection=notes&index=words&search=---", "search")]
    [InlineData("collection=notes&index=words&search=tea&cursor=AA", "cursor")]
    [InlineData("collection=notes&index=words&search=tea&reverse=true", "reverse")]
    [InlineData("collection=notes&prefix=other/", "prefix")]
    [InlineData("collection=.x", "collection")]
    public async Task Query_Faulty_NamesTheParameter(string query, string parameter)
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", $"/docs?{query}");
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-parameter");
        Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
    }

    [Fact]
    public async Task Query_OfNoCollection_IsNotFound()
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", "/docs?collection=absent");
        await response.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    private static string[] Ids(JsonElement answer) => [.. answer.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("id").GetString()!)];
}
