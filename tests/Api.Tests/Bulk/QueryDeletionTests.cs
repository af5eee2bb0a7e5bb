using DocService.Api.Tests.Support;
using System.Text.Json;
using DocService.Api.Tests.Queries;

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

    /// <summary>Writers go on while it runs: it deletes only versions of its snapshot, so whatever is left is a new version.</summary>
    [Fact]
    public async Task Delete_DocumentsChangeMeanwhile_KeepsTheNewVersions()
    {
        const int Count = 900;
        await queries.StoreAsync(_prefix, [.. Enumerable.Range(0, Count).Select(n => ($"{n:0000}", "1"))]);
        Task<(int Status, JsonElement Answer)> deletion = DeleteAsync($"prefix={_prefix}&confirm={Count}");
        int written = 0;
        for (int n = Count - 1; n >= 0 && !deletion.IsCompleted; n -= 7)
        {
            using HttpResponseMessage response = await queries.Application.SendAsync("PUT", $"/docs/{_prefix}{n:0000}", "\"new\"");
            Assert.True(response.IsSuccessStatusCode);
            written++;
        }

        (int status, JsonElement answer) = await deletion;
        Assert.Equal(200, status);
        Assert.Equal(Count, answer.GetProperty("deleted").GetInt32() + answer.GetProperty("kept").GetInt32());
        JsonElement page = await queries.AskAsync($"/docs?prefix={_prefix}&limit=1000");
        Assert.All(page.GetProperty("documents").EnumerateArray(), document => Assert.Equal("new", document.GetProperty("body").GetString()));
        Assert.InRange(page.GetProperty("documents").GetArrayLength(), answer.GetProperty("kept").GetInt32(), written);
    }

    private Task StoreAsync() => queries.StoreAsync(_prefix, ("a", "{\"n\":1}"), ("b", "{\"n\":2}"), ("c", "{\"n\":3}"));

    private async Task<string> IdsAsync() => QueryApplication.Ids(await queries.AskAsync($"/docs?prefix={_prefix}"), _prefix);

    private async Task<(int Status, JsonElement Answer)> DeleteAsync(string query)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("DELETE", "/docs?" + query);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
