using System.Diagnostics;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Bench.Support;

/// <summary>Opening, filling and emptying stores for measurements.</summary>
internal static class Stores
{
    private const int FillBatch = 1000;
    private const int FillWriters = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>The server's defaults, except that a write waits as long as it takes.</summary>
    public static DocumentStore Open(string directory) => DocumentStore.Open(
        new StoreOptions { DataDirectory = directory, BusyTimeout = TimeSpan.FromMinutes(5) }, TimeProvider.System, NullLoggerFactory.Instance);

    /// <summary>A directory that was not there before.</summary>
    public static string Fresh(string parent, string name)
    {
        string path = Path.Combine(parent, name);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return path;
    }

    public static DocumentKey Key(string prefix, long number) =>
        DocumentKey.Create(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}-{number:d7}"));

    public static ValueTask<WriteResult> PutAsync(DocumentStore store, DocumentKey key, DocumentContent content, DurabilityLevel level = DurabilityLevel.Durable) =>
        store.PutAsync(key, content, Conditions.None, level, CancellationToken.None);

    /// <summary>Documents prefix-0000000 onwards, in large batches; returns when all of them are filed.</summary>
    public static async Task FillAsync(DocumentStore store, string prefix, int documents, Samples samples)
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (documents + FillBatch - 1) / FillBatch),
            new ParallelOptions { MaxDegreeOfParallelism = FillWriters },
            async (batch, cancellation) =>
            {
                int first = batch * FillBatch;
                PutOperation[] operations = [.. Enumerable.Range(first, Math.Min(FillBatch, documents - first))
                    .Select(number => new PutOperation(Key(prefix, number), samples[number], Conditions.None))];
                await store.CommitAsync(operations, DurabilityLevel.Durable, cancellation);
            });
        await SettleAsync(store, TimeSpan.FromHours(1));
    }

    /// <summary>Returns when everything is filed, or the time is over: what one measurement leaves to do must not slow the next.</summary>
    public static async Task SettleAsync(DocumentStore store, TimeSpan patience)
    {
        long started = Stopwatch.GetTimestamp();
        while (store.Status is var status && status.FiledThrough < status.DurableThrough && Stopwatch.GetElapsedTime(started) < patience)
        {
            await Task.Delay(Poll, TimeProvider.System);
        }
    }
}
