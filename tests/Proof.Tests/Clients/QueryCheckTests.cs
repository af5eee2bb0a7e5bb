using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DocService.Proof.Clients;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Tests.Clients;

/// <summary>What the index finds is held against what reads have found.</summary>
public sealed class QueryCheckTests
{
    private static readonly Dictionary<string, Observation> Found = new() { ["k/0"] = new(7, 3), ["k/1"] = Observation.Absent, ["k/2"] = new(5, 4) };

    [Fact]
    public async Task Compare_IndexHasExactlyTheDocuments_NoViolation() => Assert.Empty(await CompareAsync(("k/0", 7, 3), ("k/2", 5, 4)));

    [Fact]
    public async Task Compare_DocumentMissing_IsAViolationOfEachIndex() => Assert.Equal(4, (await CompareAsync(("k/0", 7, 3))).Count);

    [Fact]
    public async Task Compare_DeletedDocumentIsBack_IsAViolation() => Assert.NotEmpty(await CompareAsync(("k/0", 7, 3), ("k/1", 6, 2), ("k/2", 5, 4)));

    [Fact]
    public async Task Compare_OlderVersion_IsAViolation() => Assert.NotEmpty(await CompareAsync(("k/0", 6, 2), ("k/2", 5, 4)));

    [Fact]
    public async Task Compare_IndexNotUsed_IsAViolation() =>
        Assert.Contains(await CompareAsync(usesIndexes: false, ("k/0", 7, 3), ("k/2", 5, 4)), violation => violation.Contains("did not use", StringComparison.Ordinal));

    [Fact]
    public async Task Compare_NoAnswer_IsAViolation()
    {
        using var http = new HttpClient(new Server(_ => null)) { BaseAddress = new Uri("http://localhost") };
        await Assert.ThrowsAsync<ViolationException>(() => new QueryCheck(http, TimeProvider.System).CompareAsync(Found, default));
    }

    private static Task<IReadOnlyList<string>> CompareAsync(params (string Id, long Tag, long Version)[] indexed) => CompareAsync(usesIndexes: true, indexed);

    /// <summary>Against an index with these documents.</summary>
    private static async Task<IReadOnlyList<string>> CompareAsync(bool usesIndexes, params (string Id, long Tag, long Version)[] indexed)
    {
        using var http = new HttpClient(new Server(query => Answer(query, usesIndexes, indexed))) { BaseAddress = new Uri("http://localhost") };
        return await new QueryCheck(http, TimeProvider.System).CompareAsync(Found, default);
    }

    private static string Answer(string query, bool usesIndexes, (string Id, long Tag, long Version)[] indexed)
    {
        (string Index, IEnumerable<(string Id, long Tag, long Version)> Documents) answer =
            query.Contains("sort=w", StringComparison.Ordinal) ? ("by-tag", indexed.OrderBy(one => one.Tag))
            : query.Contains("search=", StringComparison.Ordinal) ? ("", indexed)
            : query.Contains("filter=", StringComparison.Ordinal) ? ("by-key", indexed.Where(one => query.Contains($"\"{one.Id}\"", StringComparison.Ordinal)))
            : ("", indexed);
        return JsonSerializer.Serialize(new
        {
            documents = answer.Documents.Select(one => new { id = one.Id, version = one.Version, body = JsonNode.Parse(Bodies.Of(one.Id, one.Tag)) }),
            plan = new
            {
                index = usesIndexes && answer.Index.Length > 0 ? answer.Index : null,
                reads = query.Contains("search=", StringComparison.Ordinal) ? "words" : "documents",
            },
        });
    }

    /// <summary>Answers a query by its text; 500 where that is null.</summary>
    private sealed class Server(Func<string, string?> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(Uri.UnescapeDataString(request.RequestUri!.Query)) is { } text
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") }
                : new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("broken") });
    }
}
