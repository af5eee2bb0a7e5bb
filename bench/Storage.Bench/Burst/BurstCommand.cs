using System.Diagnostics;
using DocService.Storage.Bench.Raw;
using DocService.Storage.Bench.Support;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Space;

namespace DocService.Storage.Bench.Burst;

/// <summary>
/// All-new documents for longer than the journal can take them in: how fast before writers are slowed and after, against
/// the file protocol done per request; whether the backlog stays bounded; how long anyone waits.
/// </summary>
internal static class BurstCommand
{
    private const double RatioGoal = 1.5;
    private const double FillGoal = 1.01; // who waits at the limit looks every 50 ms, so a group may overshoot it
    private static readonly TimeSpan StallGoal = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Arguments arguments)
    {
        string directory = arguments.Directory();
        TimeSpan seconds = arguments.Seconds("--seconds", 60);
        TimeSpan baseline = arguments.Seconds("--baseline-seconds", 15);
        int writers = arguments.Number("--writers", 64);
        var samples = new Samples(arguments.Number("--body", 1024));
        arguments.Close();

        using (var device = new RawDevice(directory))
        {
            LoadResult raw = device.Run(RawDevice.GroupBytes(writers, 1, samples.BodyBytes), baseline / 4);
            _ = new Table($"All-new documents of {samples.BodyBytes} bytes, {writers} writers", "what", "documents/s", "p50 ms", "p99 ms", "longest ms");
            Row($"raw device, groups of {writers}: at most {raw.PerSecond * writers:0} documents/s", raw);
        }

        string fileData = Stores.Fresh(directory, "burst-files");
        LoadResult files = FileProtocol.Run(fileData, writers, samples, baseline);
        Row($"file protocol per request, {baseline.TotalSeconds} s", files);
        Directory.Delete(fileData, recursive: true);

        string data = Stores.Fresh(directory, "burst");
        LoadResult filed;
        await using (DocumentStore store = Stores.Open(data))
        {
            filed = await Load.RunAsync(writers, baseline, async (writer, number) => _ = await Stores.PutAsync(store, Stores.Key($"filed-{writer}", number), samples.Hashed(number), DurabilityLevel.Filed));
            Row($"level filed, {baseline.TotalSeconds} s", filed);
        }

        await using (DocumentStore store = Stores.Open(data))
        {
            await MeasureAsync(store, writers, seconds, samples, files, filed);
        }

        Directory.Delete(data, recursive: true);
    }

    private static async Task MeasureAsync(DocumentStore store, int writers, TimeSpan seconds, Samples samples, LoadResult files, LoadResult filed)
    {
        var defaults = new StoreOptions { DataDirectory = "/" };
        var backlog = new Backlog(store, defaults.UsableJournalBytes, defaults.PendingDocumentsMax);
        using var ended = new CancellationTokenSource();
        Task watch = backlog.WatchAsync(ended.Token);
        LoadResult result = await Load.RunAsync(writers, seconds, async (writer, number) =>
        {
            _ = await Stores.PutAsync(store, Stores.Key($"new-{writer}", number), samples.Hashed(number));
            backlog.NoteAnswer();
        });
        await ended.CancelAsync();
        await watch;
        long settling = Stopwatch.GetTimestamp();
        await Stores.SettleAsync(store, TimeSpan.FromMinutes(30));
        TimeSpan drained = Stopwatch.GetElapsedTime(settling);

        // Not slowed within the time: the burst never ended, and its own pace is all there is.
        (TimeSpan At, long Written) slowed = backlog.Slowed ?? (TimeSpan.Zero, 0);
        double after = (backlog.Written - slowed.Written) / (result.Elapsed - slowed.At).TotalSeconds;
        Row($"level durable, all {seconds.TotalSeconds} s", result);
        Table.Row(backlog.Slowed is null ? "… (writers were never slowed)" : $"… after writers were slowed, from second {slowed.At.TotalSeconds:0.0}", after, string.Empty, string.Empty, string.Empty);

        _ = new Table("Burst: goals", "goal", "measured", "verdict");
        double perRequest = Math.Max(files.PerSecond, filed.PerSecond);
        Table.Row(
            $"after the burst ≥ {RatioGoal} × the file protocol per request", $"{after / files.PerSecond:0.00} × the file protocol, {after / filed.PerSecond:0.00} × level filed",
            backlog.Slowed is null ? "not shown: run longer" : Table.Verdict(after >= RatioGoal * perRequest));
        Table.Row("backlog bounded", $"at most {backlog.FillMax:0 %} of the limit: {backlog.JournalBytesMax >> 20} MiB, {backlog.PendingMax} documents; filed {drained.TotalSeconds:0.0} s after the end", Table.Verdict(backlog.FillMax <= FillGoal));
        Table.Row($"no stall over {StallGoal.TotalSeconds} s", $"longest write {result.Latencies.Longest.TotalSeconds:0.000} s, longest silence {backlog.LongestGap.TotalSeconds:0.000} s", Table.Verdict(result.Latencies.Longest <= StallGoal));
    }

    private static void Row(string what, LoadResult result) =>
        Table.Row(what, result.PerSecond, Table.Milliseconds(result.Latencies.At(0.5)), Table.Milliseconds(result.Latencies.At(0.99)), Table.Milliseconds(result.Latencies.Longest));
}
