using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Bulk;

/// <summary>POST /import with an Idempotency-Key, sent more than once.</summary>
[Collection(QueryApplication.Collection)]
public sealed class ImportKeyTests(QueryApplication queries)
{
    private const string Lines = "application/x-ndjson";

    private readonly string _prefix = QueryApplication.NewPrefix();

    private string Key => "import-" + _prefix.TrimEnd('/');

    [Fact]
    public async Task Import_SentAgainWithItsKey_WritesNothingAndSaysTheSame()
    {
        await queries.StoreAsync(_prefix, ("0003", "\"old\""));
        string body = string.Join('\n', Enumerable.Range(0, 1203).Select(n => n == 700 ? "broken" : Line($"{n:0000}", $"{n}")));
        (int firstStatus, JsonElement first) = await ImportAsync(body);
        string etag = await TagAsync("0005");
        (int secondStatus, JsonElement second) = await ImportAsync(body);

        Assert.Equal((200, 200), (firstStatus, secondStatus));
        Assert.Equal((1201, 2), (first.GetProperty("created").GetInt32(), first.GetProperty("refused").GetInt32()));
        Assert.Equal((1201, 2, 1201), (second.GetProperty("created").GetInt32(), second.GetProperty("refused").GetInt32(), second.GetProperty("replayed").GetInt32()));
        Assert.Equal("4 701", string.Join(' ', second.GetProperty("refusals").EnumerateArray().Select(one => one.GetProperty("line").GetInt32()).Order()));
        Assert.Equal(etag, await TagAsync("0005"));
    }

    [Fact]
    public async Task Import_WasCutOff_GoesOnWhereItWas()
    {
        string[] lines = [.. Enumerable.Range(0, 2000).Select(n => Line($"{n:0000}", $"{n}"))];

        // What arrives before the cut: whole commits, and a part of the next.
        (int _, JsonElement before) = await ImportAsync(string.Join('\n', lines[..1000]));
        Assert.Equal(1000, before.GetProperty("created").GetInt32());
        string etag = await TagAsync("0700");
        (int status, JsonElement whole) = await ImportAsync(string.Join('\n', lines));

        Assert.Equal(200, status);
        Assert.Equal((2000, 1000, 0), (whole.GetProperty("created").GetInt32(), whole.GetProperty("replayed").GetInt32(), whole.GetProperty("refused").GetInt32()));
        Assert.Equal(etag, await TagAsync("0700"));
    }

    [Fact]
    public async Task Import_AnotherFileWithTheSameKey_IsRefused()
    {
        await ImportAsync(Line("a", "1"));
        (int status, JsonElement problem) = await ImportAsync(Line("a", "2"));

        Assert.Equal((422, "/problems/idempotency-key-reused"), (status, problem.GetProperty("type").GetString()!));
        Assert.Equal("1", await queries.Application.Client.GetStringAsync($"/docs/{_prefix}a"));
    }

    /// <summary>Two lines that want one value are refused together, and judged alone: the repeated import finds what was written so.</summary>
    [Theory]
    [InlineData("?onConflict=fail")]
    [InlineData("?onConflict=skip")]
    public async Task Import_LinesWereJudgedAlone_SaysTheSameAgain(string query)
    {
        using HttpResponseMessage made = await queries.Application.SendAsync("PUT", $"/collections/r{_prefix.TrimEnd('/')}?wait=30", $"{{\"prefix\":\"{_prefix}\",\"indexes\":{{\"by-n\":{{\"fields\":[\"n\"],\"unique\":true}}}}}}");
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        string body = Line("a", "{\"n\":1}") + "\n" + Line("b", "{\"n\":1}");
        (int _, JsonElement first) = await ImportAsync(body, query: query);
        (int _, JsonElement second) = await ImportAsync(body, query: query);

        Assert.Equal((1, 0, 1), (first.GetProperty("created").GetInt32(), first.GetProperty("skipped").GetInt32(), first.GetProperty("refused").GetInt32()));
        Assert.Equal((1, 0, 1), (second.GetProperty("created").GetInt32(), second.GetProperty("skipped").GetInt32(), second.GetProperty("refused").GetInt32()));
    }

    [Fact]
    public async Task Progress_OfAnImport_IsToldByItsKey()
    {
        using HttpResponseMessage before = await queries.Application.SendAsync("GET", $"/imports/{Key}");
        Assert.Equal(404, (int)before.StatusCode);
        await ImportAsync(Line("a", "1") + "\nbroken");
        using HttpResponseMessage response = await queries.Application.SendAsync("GET", $"/imports/{Key}");
        JsonElement progress = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal("""{"state":"done","lines":2,"created":1,"replaced":0,"skipped":0,"refused":1""", progress.GetRawText()[..progress.GetRawText().IndexOf(",\"sequence\"", StringComparison.Ordinal)]);
    }

    [Theory]
    [InlineData("\"a\", \"b\"")]
    [InlineData("\"\"")]
    public async Task Import_AMalformedKey_IsRefusedBeforeTheBody(string key)
    {
        (int status, JsonElement _) = await ImportAsync(Line("a", "1"), key);
        Assert.Equal(400, status);
        using HttpResponseMessage document = await queries.Application.SendAsync("GET", $"/docs/{_prefix}a");
        Assert.Equal(404, (int)document.StatusCode);
    }

    private string Line(string id, string body) => $"{{\"id\":\"{_prefix}{id}\",\"body\":{body}}}";

    private async Task<string> TagAsync(string id)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("GET", $"/docs/{_prefix}{id}");
        return response.Headers.ETag!.Tag;
    }

    private async Task<(int Status, JsonElement Answer)> ImportAsync(string body, string? key = null, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/import" + query) { Content = Requests.Json(Encoding.UTF8.GetBytes(body), Lines) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key ?? $"\"{Key}\"");
        using HttpResponseMessage response = await queries.Application.Client.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
