using System.Diagnostics;

namespace DocService.Storage.Bench.Support;

/// <summary>Callers in closed loops: each sends its next request when the last one is answered.</summary>
internal static class Load
{
    /// <summary>Runs the request of so many callers for a time. Its first argument is the caller, its second the number of the request.</summary>
    public static async Task<LoadResult> RunAsync(int callers, TimeSpan duration, Func<int, long, ValueTask> request)
    {
        long started = Stopwatch.GetTimestamp();
        Latencies[] all = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller, started, duration, request))));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        var latencies = new Latencies();
        foreach (Latencies own in all)
        {
            latencies.Add(own);
        }

        return new LoadResult(latencies, elapsed);
    }

    private static async Task<Latencies> CallAsync(int caller, long started, TimeSpan duration, Func<int, long, ValueTask> request)
    {
        var latencies = new Latencies();
        for (long number = 0; Stopwatch.GetElapsedTime(started) < duration; number++)
        {
            long begun = Stopwatch.GetTimestamp();
            await request(caller, number);
            latencies.Add(begun);
        }

        return latencies;
    }
}
