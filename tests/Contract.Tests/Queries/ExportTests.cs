using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Queries;

/// <summary>Documents as lines (NDJSON).</summary>
public abstract class ExportTests(SharedServer shared)
{
    private readonly QueryClient _queries = new(shared.Server);
    private readonly string _prefix = QueryClient.NewPrefix();

    [Theory]
    [InlineData("")]
    [InlineData("&sort=-n")]
    public async Task Export_HasEveryDocumentInOrderAndALastLine(string query)
    {
        for (int batch = 0; batch < 3; batch++)
        {
            await _queries.StoreAsync(_prefix, [.. Enumerable.Range(batch * 500, 500).Select(n => ($"{n:0000}", $"{{\"n\":{n},\"text\":\"{new string('x', 100)}\"}}"))]);
        }

        JsonElement[] lines = await ExportAsync($"/docs?prefix={_prefix}{query}");

        Assert.Equal(1501, lines.Length);
        IEnumerable<string> expected = Enumerable.Range(0, 1500).Select(n => $"{_prefix}{n:0000}");
        Assert.Equal(query.Length == 0 ? expected : expected.Reverse(), lines[..^1].Select(line => line.GetProperty("id").GetString()!));
        Assert.Equal(1500, lines[^1].GetProperty("count").GetInt32());
        Assert.True(lines[^1].GetProperty("asOf").GetInt64() > 0);
        Assert.False(lines[^1].TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Export_BodiesWithLineBreaks_AreOneLineEachAndRawIsExact()
    {
        const string Json = "{\r\n \"a\" : \"x\\ny\",\n\t\"b\":[1,\r2]\n}";
        await _queries.StoreAsync(_prefix, ("a", Json));
        JsonElement line = (await ExportAsync($"/docs?prefix={_prefix}"))[0];
        Assert.Equal("{   \"a\" : \"x\\ny\", \t\"b\":[1, 2] }", line.GetProperty("body").GetRawText());
        Assert.Equal(Json.Length, line.GetProperty("length").GetInt32());
        Assert.Equal(Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(Json)).ToString(), line.GetProperty("sha256").GetString());
        Assert.Equal(Json, (await ExportAsync($"/docs?prefix={_prefix}&include=raw"))[0].GetProperty("raw").GetString());
        Assert.Equal(Json, (await _queries.AskAsync($"/docs?prefix={_prefix}")).GetProperty("documents")[0].GetProperty("body").GetRawText());
    }

    [Fact]
    public async Task Export_WithALimit_EndsWithACursor()
    {
        await _queries.StoreAsync(_prefix, ("a", "1"), ("b", "1"), ("c/1", "1"), ("c/2", "1"));
        JsonElement[] first = await ExportAsync($"/docs?prefix={_prefix}&limit=2&delimiter=/");
        JsonElement[] second = await ExportAsync($"/docs?prefix={_prefix}&limit=2&delimiter=/&cursor={first[^1].GetProperty("next").GetString()}");

        Assert.Equal([_prefix + "a", _prefix + "b"], first[..^1].Select(line => line.GetProperty("id").GetString()!));
        Assert.Equal(_prefix + "c/", second[0].GetProperty("prefix").GetString());
        Assert.Equal(2, second.Length);
    }

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("*/*", false)]
    [InlineData("application/x-ndjson, application/json;q=0.5", true)]
    [InlineData("application/x-ndjson;q=0.1, application/json", false)]
    public async Task Accept_DecidesBetweenAPageAndLines(string accept, bool areLines)
    {
        await _queries.StoreAsync(_prefix, ("a", "1"));
        using HttpResponseMessage response = await _queries.Application.SendAsync("GET", $"/docs?prefix={_prefix}", null, ("Accept", accept));

        Assert.Equal(areLines ? "application/x-ndjson" : "application/json", response.Field("Content-Type"));
        Assert.Equal(areLines, response.Field("ETag") is null);
        Assert.Equal("Accept, Authorization, Origin", response.Field("Vary"));
    }

    private async Task<JsonElement[]> ExportAsync(string target)
    {
        using HttpResponseMessage response = await _queries.Application.SendAsync("GET", target, null, ("Accept", "application/x-ndjson"));
        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text[..^1].Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
