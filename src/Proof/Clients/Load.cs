using System.Collections.Concurrent;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Clients;

/// <summary>Concurrent clients on few documents, until they are stopped or the server is gone.</summary>
/// <remarks>Each client draws from its own seeded randomness; what they do to each other is left to time.</remarks>
internal sealed class Load(Exchange exchange, Ledger ledger, int seed)
{
    /// <summary>More than a key can serve at once: they meet on a key and in a group.</summary>
    public const int Clients = 8;

    /// <summary>The levels that writes ask for, drawn evenly.</summary>
    public IReadOnlyList<string> Levels { get; init; } = ["buffered", "filed", "filed", .. Enumerable.Repeat("durable", 7)];

    private readonly ConcurrentDictionary<string, long> _lastVersion = new(ledger.State.Where(pair => !pair.Value.IsAbsent).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Version)));

    /// <exception cref="ViolationException">The server answered what it must never answer.</exception>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(client => RunOneAsync(new Random(unchecked((seed * 31) + client)), stop)));

    private async Task RunOneAsync(Random random, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested && !exchange.IsGone)
        {
            // Never cancelled in the middle: only the crash leaves calls without an answer.
            await ActAsync(random);
        }
    }

    private async Task ActAsync(Random random)
    {
        string key = ledger.Keys[random.Next(ledger.Keys.Count)];
        string level = Levels[random.Next(Levels.Count)];
        switch (random.Next(20))
        {
            case < 5:
                Note(key, (await exchange.ReadAsync(key, CancellationToken.None))?.Version);
                break;
            case < 11:
                Note(key, await exchange.WriteAsync(key, StepKind.Put, false, null, level, CancellationToken.None));
                break;
            case < 13:
                Note(key, await exchange.WriteAsync(key, StepKind.Put, false, Known(key), Levels[^1], CancellationToken.None));
                break;
            case < 14:
                Note(key, await exchange.WriteAsync(key, StepKind.Put, true, null, level, CancellationToken.None));
                break;
            case < 16:
                await exchange.WriteAsync(key, StepKind.Delete, false, random.Next(3) == 0 ? Known(key) : null, level, CancellationToken.None);
                break;
            default:
                await exchange.WriteBatchAsync(Steps(random), level, CancellationToken.None);
                break;
        }
    }

    /// <summary>Two to four documents in one batch: puts, deletes, now and then a condition or a check.</summary>
    private List<Step> Steps(Random random)
    {
        string[] keys = [.. ledger.Keys];
        random.Shuffle(keys);
        var steps = new List<Step>();
        foreach (string key in keys.Take(random.Next(2, 5)))
        {
            StepKind kind = random.Next(10) switch { < 6 => StepKind.Put, < 9 => StepKind.Delete, _ => StepKind.Read };
            long? version = kind == StepKind.Read || random.Next(8) == 0 ? Known(key) : null;
            steps.Add(new Step { Key = key, Kind = kind, IfVersion = version });
        }

        return steps;
    }

    private long? Known(string key) => _lastVersion.TryGetValue(key, out long version) ? version : 1;

    private void Note(string key, long? version)
    {
        if (version is > 0)
        {
            _lastVersion[key] = version.Value;
        }
    }
}
