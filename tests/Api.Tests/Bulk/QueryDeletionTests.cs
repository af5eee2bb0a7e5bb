using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;
using DocService.Storage;

namespace DocService.Api.Tests.Bulk;

/// <summary>DELETE /docs.</summary>
[Collection(QueryApplication.Collection)]
public sealed class QueryDeletionTests(QueryApplication queries)
{
    private readonly string _prefix = QueryApplication.NewPrefix();

    [Theory]
    [InlineData("", 3, "")]
    [InlineData("&filter={\"n\":{\"$gte\":2}}", 2, "a")]
    [InlineData("&filter={\"n\":9}", 0, "a b c")]
    [InlineData("&after=PREFIXa", 2, "a")]
    [InlineData("&to=PREFIXa", 1, "b c")]
    public async Task Delete_AsManyAsConfirmed_DeletesWhatTheQueryFinds(string query, int count, string left)
    {
        await StoreAsync();
        (int status, JsonElement answer) = await DeleteAsync($"prefix={_prefix}{query.Replace("PREFIX", _prefix, StringComparison.Ordinal)}&confirm={count}");

        Assert.Equal(200, status);
        Assert.Equal((count, count, 0), (answer.GetProperty("matched").GetInt32(), answer.GetProperty("deleted").GetInt32(), answer.GetProperty("kept").GetInt32()));
        Assert.Equal(left, await IdsAsync());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(0)]
    public async Task Delete_AnotherNumberThanConfirmed_DeletesNothing(int confirmed)
    {
        await StoreAsync();
        (int status, JsonElement answer) = await DeleteAsync($"prefix={_prefix}&confirm={confirmed}");

        Assert.Equal((409, "/problems/count-differs", 3), (status, answer.GetProperty("type").GetString()!, answer.GetProperty("count").GetInt32()));
        Assert.Equal("a b c", await IdsAsync());
    }

    [Theory]
    [InlineData("prefix=PREFIX", "confirm")]
    [InlineData("prefix=PREFIX&confirm=", "confirm")]
    [InlineData("prefix=PREFIX&confirm=-3", "confirm")]
    [InlineData("prefix=PREFIX&confirm=3x", "confirm")]
    [InlineData("prefix=PREFIX&confirm=3&confirm=3", "confirm")]
    [InlineData("confirm=3", "prefix")]
    [InlineData("after=PREFIX&confirm=3", "prefix")]
    [InlineData("prefix=PREFIX&confirm=3&filter={", "filter")]
    [InlineData("prefix=PREFIX&confirm=3&filter={\"n\":{\"$what\":1}}", "filter")]
    [InlineData("prefix=PREFIX&confirm=3&limit=1", "limit")]
    [InlineData("prefix=PREFIX&confirm=3&cursor=x", "cursor")]
    [InlineData("prefix=PREFIX&confirm=3&consistency=eventual", "consistency")]
    public async Task Delete_ABadQuery_NamesTheParameterAndDeletesNothing(string query, string parameter)
    {
        await StoreAsync();
        (int status, JsonElement answer) = await DeleteAsync(query.Replace("PREFIX", _prefix, StringComparison.Ordinal));

        Assert.Equal(400, status);
        Assert.Contains(parameter, answer.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("a b c", await IdsAsync());
    }

    [Theory]
    [InlineData("If-Match")]
    [InlineData("Prefer")]
    [InlineData("Idempotency-Key")]
    public async Task Delete_WithAField_ThatWouldHaveNoEffect_IsRefused(string field)
    {
        await StoreAsync();
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/docs?prefix={_prefix}&confirm=3");
        request.Headers.TryAddWithoutValidation(field, "\"1\"");
        using HttpResponseMessage response = await queries.Application.Client.SendAsync(request);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("a b c", await IdsAsync());
    }

    [Fact]
    public async Task Delete_MoreThanOneCommit_DeletesAll()
    {
        await queries.StoreAsync(_prefix, [.. Enumerable.Range(0, 1000).Select(n => ($"{n:0000}", "1"))]);
        await queries.StoreAsync(_prefix, [.. Enumerable.Range(1000, 300).Select(n => ($"{n:0000}", "1"))]);
        (int status, JsonElement answer) = await DeleteAsync($"prefix={_prefix}&confirm=1300");

        Assert.Equal((200, 1300), (status, answer.GetProperty("deleted").GetInt32()));
        Assert.Equal(string.Empty, await IdsAsync());
    }

    /// <summary>Between the look and the deletion one document is replaced, and another deleted: the new version stays.</summary>
    [Fact]
    public async Task Delete_DocumentsChangeMeanwhile_KeepsTheNewVersionsAndCounts()
    {
        static async Task MeddleAsync(IDocumentStore store)
        {
            await store.PutAsync(DocumentKey.Create("d/5"), new DocumentContent("\"new\""u8.ToArray(), "application/json", Sha256Digest.Of("\"new\""u8)), Conditions.None, DurabilityLevel.Durable, default);
            await store.DeleteAsync(DocumentKey.Create("d/7"), Conditions.None, DurabilityLevel.Durable, default);
        }

        await using var application = new TestApplication(new ApplicationSettings { BeforeStore = MeddledStore.Before(20, MeddleAsync), Values = new Dictionary<string, string> { ["Durability"] = "durable" } });
        await application.WaitForIndexAsync();
        for (int n = 0; n < 20; n++)
        {
            await application.StoreAsync($"d/{n}", "\"old\"");
        }

        using HttpResponseMessage response = await application.SendAsync("DELETE", "/docs?prefix=d/&confirm=20");
        JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(
            (20, 18, 1, 1),
            (answer.GetProperty("matched").GetInt32(), answer.GetProperty("deleted").GetInt32(), answer.GetProperty("kept").GetInt32(), answer.GetProperty("gone").GetInt32()));
        using HttpResponseMessage list = await application.SendAsync("GET", "/docs?prefix=d/");
        JsonElement left = Assert.Single(JsonDocument.Parse(await list.Content.ReadAsStringAsync()).RootElement.GetProperty("documents").EnumerateArray());
        Assert.Equal(("d/5", "new"), (left.GetProperty("id").GetString()!, left.GetProperty("body").GetString()!));
    }

    private Task StoreAsync() => queries.StoreAsync(_prefix, ("a", "{\"n\":1}"), ("b", "{\"n\":2}"), ("c", "{\"n\":3}"));

    private async Task<string> IdsAsync() => QueryApplication.Ids(await queries.AskAsync($"/docs?prefix={_prefix}"), _prefix);

    private async Task<(int Status, JsonElement Answer)> DeleteAsync(string query)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("DELETE", "/docs?" + query);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
