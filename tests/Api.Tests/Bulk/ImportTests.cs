using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Bulk;

/// <summary>POST /import.</summary>
[Collection(QueryApplication.Collection)]
public sealed class ImportTests(QueryApplication queries)
{
    private const string Lines = "application/x-ndjson";

    private readonly string _prefix = QueryApplication.NewPrefix();

    [Theory]
    [InlineData("\n", "\n")]
    [InlineData("\n", "")]
    [InlineData("\r\n", "\r\n")]
    [InlineData("\n\n \t\r\n", "")]
    public async Task Import_LinesOfAnyEnding_AreDocuments(string lineBreak, string ending)
    {
        JsonElement report = await ImportAsync(string.Join(lineBreak, Line("a", "{\"n\" : 1.0}"), Line("b", "2"), Line("c", "\"x\"")) + ending);

        Assert.Equal((3, 0, 0, 0), Counts(report));
        Assert.Empty(report.GetProperty("refusals").EnumerateArray());
        Assert.Equal("a b c", await IdsAsync());
        Assert.Equal("{\"n\" : 1.0}", await queries.Application.Client.GetStringAsync($"/docs/{_prefix}a"));
    }

    [Fact]
    public async Task Import_ARawDocument_HasItsExactBytesAndItsType()
    {
        const string Body = "{\r\n  \"ä\": \"\\u00e4\",\n\t\"n\": 1.50\n}";
        string line = $"{{\"id\":\"{_prefix}a\",\"type\":\"application/ld+json\",\"sha256\":\"{Sha256Digest.Of(Encoding.UTF8.GetBytes(Body))}\",\"raw\":{JsonSerializer.Serialize(Body)}}}";
        Assert.Equal((1, 0, 0, 0), Counts(await ImportAsync(line)));

        using HttpResponseMessage response = await queries.Application.SendAsync("GET", $"/docs/{_prefix}a");
        Assert.Equal(Body, await response.Content.ReadAsStringAsync());
        Assert.Equal("application/ld+json", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("body")]
    public async Task Import_OfAnExport_MakesTheSameDocuments(string include)
    {
        (string Id, string Json)[] documents = [.. Enumerable.Range(0, 1201).Select(n => ($"{n:0000}", $"{{\n\"n\":{n},\"text\":\"é\\n{new string('x', n % 50)}\"}}"))];
        foreach ((string, string)[] chunk in documents.Chunk(600))
        {
            await queries.StoreAsync(_prefix, chunk);
        }

        string export = await ExportAsync($"/docs?prefix={_prefix}&include={include}");
        string copy = QueryApplication.NewPrefix();
        JsonElement report = await ImportAsync(export.Replace(_prefix, copy, StringComparison.Ordinal));

        Assert.Equal((1201, 0, 0, 0), Counts(report));
        Assert.Equal(1202, report.GetProperty("lines").GetInt32());
        string Bodies(string text) => string.Concat(text.Split('\n')[..^2].Select(line => JsonDocument.Parse(line).RootElement.GetProperty(include).GetRawText() + "\n"));
        Assert.Equal(Bodies(export), Bodies(await ExportAsync($"/docs?prefix={copy}&include={include}")));
    }

    [Theory]
    [InlineData("", 0, 1, "old")]
    [InlineData("?onConflict=fail", 0, 1, "old")]
    [InlineData("?onConflict=skip", 1, 0, "old")]
    [InlineData("?onConflict=replace", 0, 0, "new")]
    public async Task Import_ADocumentIsThere_TheRuleDecides(string query, int skipped, int refused, string kept)
    {
        await queries.StoreAsync(_prefix, ("b", "\"old\""));
        JsonElement report = await ImportAsync(string.Join('\n', Line("a", "1"), Line("b", "\"new\""), Line("c", "3")), query);

        Assert.Equal((2, kept == "new" ? 1 : 0, skipped, refused), Counts(report));
        Assert.Equal($"\"{kept}\"", await queries.Application.Client.GetStringAsync($"/docs/{_prefix}b"));
        if (refused == 1)
        {
            JsonElement refusal = Assert.Single(report.GetProperty("refusals").EnumerateArray());
            Assert.Equal((2, $"{_prefix}b", "precondition-failed"), (refusal.GetProperty("line").GetInt32(), refusal.GetProperty("id").GetString()!, refusal.GetProperty("reason").GetString()!));
        }
    }

    [Fact]
    public async Task Import_TheSameIdTwice_IsJudgedInOrder()
    {
        JsonElement report = await ImportAsync(string.Join('\n', Line("a", "1"), Line("a", "2"), Line("a", "3")), "?onConflict=replace");
        Assert.Equal((1, 2, 0, 0), Counts(report));
        Assert.Equal("3", await queries.Application.Client.GetStringAsync($"/docs/{_prefix}a"));

        report = await ImportAsync(string.Join('\n', Line("b", "1"), Line("b", "2")));
        Assert.Equal((1, 0, 0, 1), Counts(report));
        Assert.Equal("1", await queries.Application.Client.GetStringAsync($"/docs/{_prefix}b"));
    }

    [Theory]
    [InlineData("{\"id\":\"PREFIXx\",\"body\":{]}", "invalid-json", "")]
    [InlineData("{\"id\":\"PREFIXx\",\"body\":{\"a\":1,\"a\":2}}", "invalid-json", "quoted")]
    [InlineData("{\"id\":\"PREFIXx\",\"raw\":\"{\\\"a\\\":1,}\"}", "invalid-json", "")]
    [InlineData("{\"id\":\"PREFIXx\",\"raw\":1}", "invalid-request", "'raw' must be a string")]
    [InlineData("{\"id\":\"PREFIXx\",\"raw\":\"1\",\"body\":1}", "invalid-request", "not both")]
    [InlineData("{\"id\":\"PREFIXx\",\"body\":1,\"raw\":\"1\"}", "invalid-request", "not both")]
    [InlineData("{\"id\":\"PREFIXx\"}", "invalid-request", "The document is missing")]
    [InlineData("{\"body\":1}", "invalid-request", "'id' is missing")]
    [InlineData("{\"id\":7,\"body\":1}", "invalid-request", "'id' must be a string")]
    [InlineData("{\"id\":\"PREFIX..\",\"body\":1,\"colour\":2}", "invalid-request", "'colour' is not a member")]
    [InlineData("{\"id\":\"PREFIX/../x\",\"body\":1}", "invalid-id", "")]
    [InlineData("{\"id\":\"PREFIXx\",\"type\":\"text/plain\",\"body\":1}", "unsupported-media-type", "text/plain")]
    [InlineData("{\"id\":\"PREFIXx\",\"sha256\":\"00\",\"raw\":\"1\"}", "digest-mismatch", "")]
    [InlineData("[1]", "invalid-request", "object")]
    [InlineData("7", "invalid-request", "object")]
    [InlineData("nonsense", "invalid-json", "")]
    [InlineData("{\"prefix\":\"a/\"}", "invalid-request", "'prefix' is not a member")]
    [InlineData("{\"error\":{\"type\":\"x\"}}", "invalid-request", "ended with an error")]
    public async Task Import_ABadLine_IsNamedAndLosesNoOther(string line, string reason, string detail)
    {
        JsonElement report = await ImportAsync(string.Join('\n', Line("a", "1"), line.Replace("PREFIX", _prefix, StringComparison.Ordinal), Line("b", "2")));

        Assert.Equal((2, 0, 0, 1), Counts(report));
        JsonElement refusal = Assert.Single(report.GetProperty("refusals").EnumerateArray());
        Assert.Equal(2, refusal.GetProperty("line").GetInt32());
        Assert.Equal(reason, refusal.GetProperty("reason").GetString());
        Assert.Contains(detail == "quoted" ? "'a'" : detail, refusal.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("a b", await IdsAsync());
    }

    [Fact]
    public async Task Import_WhatAUniqueIndexRefuses_IsNamedAndTheFirstOfTwoIsTaken()
    {
        using HttpResponseMessage made = await queries.Application.SendAsync("PUT", $"/collections/c{_prefix.TrimEnd('/')}?wait=30", $"{{\"prefix\":\"{_prefix}\",\"indexes\":{{\"by-n\":{{\"fields\":[\"n\"],\"unique\":true}}}}}}");
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        await queries.StoreAsync(_prefix, ("old", "{\"n\":1}"));

        JsonElement report = await ImportAsync(string.Join('\n', Line("a", "{\"n\":2}"), Line("b", "{\"n\":1}"), Line("c", "{\"n\":3}"), Line("d", "{\"n\":3}"), Line("e", "{\"n\":4}")));

        Assert.Equal((3, 0, 0, 2), Counts(report));
        Assert.Equal("2 unique-violation;4 unique-violation", string.Join(';', report.GetProperty("refusals").EnumerateArray().Select(one => $"{one.GetProperty("line").GetInt32()} {one.GetProperty("reason").GetString()}")));
        Assert.Equal("a c e old", await IdsAsync());
    }

    [Fact]
    public async Task Import_ALineWithTooManyKeys_LosesNoOther()
    {
        using HttpResponseMessage made = await queries.Application.SendAsync("PUT", $"/collections/k{_prefix.TrimEnd('/')}?wait=30", $"{{\"prefix\":\"{_prefix}\",\"indexes\":{{\"by-n\":{{\"fields\":[\"n\"],\"unique\":true}}}}}}");
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        JsonElement report = await ImportAsync(string.Join('\n', Line("a", "{\"n\":1}"), Line("b", $"{{\"n\":[{string.Join(',', Enumerable.Range(10, 1001))}]}}"), Line("c", "{\"n\":2}")));

        Assert.Equal((2, 0, 0, 1), Counts(report));
        Assert.Equal("too-many-keys", report.GetProperty("refusals")[0].GetProperty("reason").GetString());
        Assert.Equal("a c", await IdsAsync());
    }

    /// <summary>Buffers of lines that are refused are given back at once, and so is their charge.</summary>
    [Fact]
    public async Task Import_ManyLargeLinesAreRefused_TakesNoMemoryForThem()
    {
        var budget = queries.Application.Service<ByteBudget>();
        string large = JsonSerializer.Serialize(new string('x', 600_000));
        var body = new StringBuilder();
        for (int n = 0; n < 40; n++)
        {
            body.Append($"{{\"id\":\"{_prefix}{n}\",\"raw\":{large}}}\n");
        }

        long free = budget.Free;
        JsonElement report = await ImportAsync(body + Line("a", "1"));
        Assert.Equal((1, 0, 0, 40), Counts(report));
        Assert.Equal(free, budget.Free);
    }

    [Fact]
    public async Task Import_LinesOfEverySize_AreTakenOrNamed()
    {
        const int MaxBytes = 1 << 20; // of a document here
        var budget = queries.Application.Service<ByteBudget>();
        long free = budget.Free;
        string Text(int bytes) => JsonSerializer.Serialize(new string('y', bytes - 2));
        JsonElement report = await ImportAsync(string.Join('\n', Line("a", "1"), Line("b", Text(MaxBytes)), Line("c", Text(MaxBytes + 1)), Line("d", Text(3 * MaxBytes)), Line("e", Text(900_000)), Line("f", "2")));

        Assert.Equal((4, 0, 0, 2), Counts(report));
        Assert.Equal("3 4", string.Join(' ', report.GetProperty("refusals").EnumerateArray().Select(one => one.GetProperty("line").GetInt32())));
        Assert.Equal(MaxBytes, (await queries.Application.Client.GetStringAsync($"/docs/{_prefix}b")).Length);
        Assert.Equal(free, budget.Free);
    }

    [Fact]
    public async Task Import_OfNothing_IsDone()
    {
        JsonElement report = await ImportAsync("\n\n");
        Assert.Equal((0, 0, 0, 0), Counts(report));
        Assert.Equal(2, report.GetProperty("lines").GetInt32());
        Assert.Equal(0, (await ImportAsync(string.Empty)).GetProperty("lines").GetInt32());
    }

    [Fact]
    public async Task Import_ManyLines_AreInOrderAndCounted()
    {
        const int Count = 3000;
        string body = string.Join('\n', Enumerable.Range(0, Count).Select(n => n % 100 == 99 ? "broken" : Line($"{n:0000}", $"{{\"n\":{n},\"text\":\"{new string('y', n % 700)}\"}}")));
        JsonElement report = await ImportAsync(body);

        Assert.Equal((Count - 30, 0, 0, 30), Counts(report));
        Assert.Equal(Enumerable.Range(1, 30).Select(n => n * 100), report.GetProperty("refusals").EnumerateArray().Select(one => one.GetProperty("line").GetInt32()));
        JsonElement page = await queries.AskAsync($"/docs?prefix={_prefix}&limit=1&count=true");
        Assert.Equal(Count - 30, page.GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("application/json", "", 415, "unsupported-media-type")]
    [InlineData(Lines, "?onConflict=merge", 400, "invalid-parameter")]
    [InlineData(Lines, "?conflict=skip", 400, "unknown-parameter")]
    [InlineData("application/jsonl", "?onConflict=skip", 200, "")]
    public async Task Import_Fields_AreJudgedBeforeTheBody(string type, string query, int status, string problem)
    {
        using HttpResponseMessage response = await SendAsync(Line("a", "1"), query, type);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(problem, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == 200 ? "a" : string.Empty, await IdsAsync());
    }

    [Fact]
    public async Task Import_ConditionsAndDigests_AreRefused()
    {
        foreach (string field in new[] { "If-None-Match", "Prefer", "Content-Digest" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/import") { Content = Requests.Json(Encoding.UTF8.GetBytes(Line("a", "1")), Lines) };
            request.Headers.TryAddWithoutValidation(field, "*");
            request.Content.Headers.TryAddWithoutValidation(field, "*");
            using HttpResponseMessage response = await queries.Application.Client.SendAsync(request);
            Assert.Equal(400, (int)response.StatusCode);
        }

        Assert.Equal(string.Empty, await IdsAsync());
    }

    private string Line(string id, string body) => $"{{\"id\":\"{_prefix}{id}\",\"body\":{body}}}";

    private static (int Created, int Replaced, int Skipped, int Refused) Counts(JsonElement report) =>
        (report.GetProperty("created").GetInt32(), report.GetProperty("replaced").GetInt32(), report.GetProperty("skipped").GetInt32(), report.GetProperty("refused").GetInt32());

    private async Task<string> IdsAsync() => QueryApplication.Ids(await queries.AskAsync($"/docs?prefix={_prefix}"), _prefix);

    private async Task<HttpResponseMessage> SendAsync(string body, string query, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/import" + query) { Content = Requests.Json(Encoding.UTF8.GetBytes(body), type) };
        return await queries.Application.Client.SendAsync(request);
    }

    private async Task<JsonElement> ImportAsync(string body, string query = "")
    {
        using HttpResponseMessage response = await SendAsync(body, query, Lines);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> ExportAsync(string target)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.TryAddWithoutValidation("Accept", Lines);
        using HttpResponseMessage response = await queries.Application.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
