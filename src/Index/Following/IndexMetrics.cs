using System.Diagnostics.Metrics;
using DocService.Storage.Followers;

namespace DocService.Index.Following;

/// <summary>The instruments of an index, in the meter <c>DocService.Index</c>.</summary>
/// <remarks>Owns: the meter. Thread: observed on the exporter's.</remarks>
internal sealed class IndexMetrics : IDisposable
{
    private readonly Meter _meter = new("DocService.Index");

    public IndexMetrics(IndexProgress progress, ICommitLog log)
    {
        _meter.CreateObservableGauge("docservice.index.position", () => progress.Status.Position, "{sequence}", "Every commit up to here is in the index.");
        _meter.CreateObservableGauge("docservice.index.lag", () => LagOf(progress, log), "{commit}", "Published commits that are not in the index yet.");
        _meter.CreateObservableGauge("docservice.index.lag.time", () => progress.Status.Lag.TotalSeconds, "s", "How long the index has been behind; 0 when it is not.");
        _meter.CreateObservableGauge("docservice.index.answering", () => progress.Stage == IndexStage.Following ? 1 : 0, "1", "1 when queries are answered; 0 while the index is made anew.");
        _meter.CreateObservableGauge("docservice.index.build.done", () => progress.Status.Done, "{document}", "Documents read when the index was last made anew.");
        _meter.CreateObservableGauge("docservice.index.build.total", () => progress.Status.Total, "{document}", "Documents there were to read, as far as was known.");
    }

    public void Dispose() => _meter.Dispose();

    private static long LagOf(IndexProgress progress, ICommitLog log)
    {
        long position = progress.Status.Position; // before the log's end, which only grows
        return Math.Max(0, log.DurableThrough - position);
    }
}
