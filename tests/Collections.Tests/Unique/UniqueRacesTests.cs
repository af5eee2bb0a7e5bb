using System.Collections.Concurrent;

namespace DocService.Collections.Tests.Unique;

/// <summary>Many writers fight for few values, in a real store with its index.</summary>
public sealed class UniqueRacesTests : IDisposable
{
    private const string Users = """{"prefix":"u/","indexes":{"by-email":{"fields":["email"],"unique":true}}}""";
    private const int Documents = 9;
    private const int Values = 6;

    private readonly TestDirectory _directory = new();
    private long _acknowledged;

    /// <summary>An operation of a racer, and between which commits it was decided.</summary>
    private sealed record Decided(int Document, string? Value, WriteResult Result, long Before, long After);

    /// <summary>
    /// Commits have an order of their own: in it each takes only values that are free. A refusal names a document that had
    /// the value after some commit that was not overtaken, by one that had been acknowledged, before the request began.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Racers_PutsDeletesAndSwaps_EachAnswerIsExplainedByTheOrderOfCommits(int seed)
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        var decided = new ConcurrentBag<Decided>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(racer => Task.Run(() => RaceAsync(store, new Random((seed * 100) + racer), decided))));

        List<(long Sequence, string?[] Holders)> states = Replay(decided);
        foreach (Decided refused in decided.Where(one => one.Result.Status == WriteStatus.Refused))
        {
            UniqueViolation violation = Assert.IsType<UniqueViolation>(refused.Result.Violation);
            Assert.True(
                states.Where((state, at) => state.Sequence <= refused.After && (at + 1 == states.Count || states[at + 1].Sequence > refused.Before))
                    .Any(state => $"u/{Array.IndexOf(state.Holders, refused.Value)}" == violation.OtherId),
                $"seed {seed}: {violation.OtherId} never had {refused.Value} between commits {refused.Before} and {refused.After}");
        }

        Assert.Contains(decided, one => one.Result.Status == WriteStatus.Refused);
        for (int document = 0; document < Documents; document++)
        {
            using StoredDocument? stored = await store.Store.ReadAsync(DocumentKey.Create($"u/{document}"), default);
            Assert.Equal(states[^1].Holders[document] is { } value ? Body(value) : null, stored is null ? null : System.Text.Encoding.UTF8.GetString(stored.Body.Span));
        }
    }

    public void Dispose() => _directory.Dispose();

    private static string Body(string value) => $$"""{"email":"{{value}}"}""";

    private async Task RaceAsync(TestStore store, Random random, ConcurrentBag<Decided> decided)
    {
        for (int n = 0; n < 30; n++)
        {
            int count = random.Next(4) == 0 ? 2 : 1;
            int[] documents = [.. Enumerable.Range(0, Documents).OrderBy(_ => random.Next()).Take(count)];
            int first = random.Next(Values);
            string?[] values = [.. documents.Select((_, at) => random.Next(4) == 0 ? null : $"v{(first + at) % Values}")];
            long before = Interlocked.Read(ref _acknowledged);
            CommitResult result = await store.CommitAsync([.. documents.Select((document, at) => values[at] is { } value
                ? (DocumentOperation)TestStore.Put($"u/{document}", Body(value))
                : TestStore.Delete($"u/{document}"))]);
            long after = store.Store.Status.DurableThrough;
            for (long most = before; most < result.Sequence; most = Interlocked.Read(ref _acknowledged))
            {
                Interlocked.CompareExchange(ref _acknowledged, result.Sequence, most);
            }

            for (int at = 0; at < count; at++)
            {
                WriteResult one = result.Results[at];
                if (result.IsCommitted || one.Status == WriteStatus.Refused)
                {
                    decided.Add(new Decided(documents[at], values[at], one, before, after));
                }
            }
        }
    }

    /// <summary>The documents' values after each commit; every commit takes only what is free.</summary>
    private static List<(long Sequence, string?[] Holders)> Replay(IEnumerable<Decided> decided)
    {
        string?[] holders = new string?[Documents];
        var states = new List<(long, string?[])> { (0, holders) };
        foreach (IGrouping<long, Decided> commit in decided.Where(one => one.Result is { Status: not WriteStatus.Refused, Sequence: > 0 }).GroupBy(one => one.Result.Sequence).OrderBy(one => one.Key))
        {
            holders = [.. holders];
            foreach (Decided one in commit)
            {
                holders[one.Document] = one.Value;
            }

            string[] taken = [.. holders.OfType<string>()];
            Assert.True(taken.Distinct().Count() == taken.Length, $"after commit {commit.Key} a value is there twice: {string.Join(' ', taken)}");
            states.Add((commit.Key, holders));
        }

        return states;
    }
}
