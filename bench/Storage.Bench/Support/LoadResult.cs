namespace DocService.Storage.Bench.Support;

/// <param name="Latencies">Of every request.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
internal sealed record LoadResult(Latencies Latencies, TimeSpan Elapsed)
{
    public double PerSecond => Latencies.Count / Elapsed.TotalSeconds;
}
