using System.Diagnostics;
using DocService.Storage.Bench.Support;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Model;
using DocService.Storage.Reports;

namespace DocService.Storage.Bench.Start;

/// <summary>
/// A process of its own that fills the journal of an existing store faster than it can be filed, says so on its output,
/// and goes on until it is killed. For <see cref="StartCommand"/>, not for users.
/// </summary>
internal static class OverfillCommand
{
    public const string Name = "overfill";

    /// <summary>What the child prints before the number of pending documents and the bytes of journal.</summary>
    public const string Full = "full";

    private const double FullAt = 0.9;
    private const int Batch = 1000;
    private const int Writers = 8;

    public static async Task RunAsync(Arguments arguments)
    {
        string data = arguments.Directory();
        int documents = arguments.Number("--documents", 1_000_000);
        TimeSpan patience = arguments.Seconds("--seconds", 120);
        arguments.Close();

        await using DocumentStore store = Stores.Open(data);
        var defaults = new StoreOptions { DataDirectory = data };
        var samples = new Samples(1024);
        Task load = Load.RunAsync(Writers, TimeSpan.FromDays(1), async (writer, number) => await store.CommitAsync(Operations(writer, number, documents, samples), DurabilityLevel.Durable, CancellationToken.None));
        long started = Stopwatch.GetTimestamp();
        JournalStatus status = store.Status;
        while (status.JournalBytes < FullAt * defaults.UsableJournalBytes && Stopwatch.GetElapsedTime(started) < patience)
        {
            await Task.WhenAny(load, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
            status = store.Status;
        }

        Console.WriteLine($"{Full} {status.PendingDocuments} {status.JournalBytes}");
        await load;
    }

    /// <summary>Each writer goes through a part of the documents of its own, so that no commit waits for another's lock.</summary>
    private static DocumentOperation[] Operations(int writer, long number, int documents, Samples samples)
    {
        int part = documents / Writers;
        long first = (long)writer * part;
        int count = Math.Min(Batch, part);
        return [.. Enumerable.Range(0, count).Select(index =>
            new PutOperation(Stores.Key("doc", first + (((number * count) + index) % part)), samples[index], Conditions.None))];
    }
}
