using System.Diagnostics.Metrics;
using DocService.Storage;

namespace DocService.Api.Expiry;

/// <summary>The instruments of documents' ends, in the meter <c>DocService.Expiry</c>.</summary>
/// <remarks>Owns: the meter. Thread: observed on the exporter's.</remarks>
internal sealed class ExpiryMetrics : IDisposable
{
    public const string MeterName = "DocService.Expiry";

    private readonly Meter _meter = new(MeterName);

    public ExpiryMetrics(ExpirySweep sweep, IDocumentStore store)
    {
        _meter.CreateObservableCounter("docservice.expiry.swept", () => sweep.Swept, "{document}", "Documents that were deleted an hour after their ends.");
        _meter.CreateObservableGauge("docservice.expiry.paused", () => sweep.State.State == SweepState.Paused ? 1 : 0, "1", "1 while something keeps the sweep from deleting; /status tells what.");
        _meter.CreateObservableGauge("docservice.expiry.wall_ahead", () => store.Time.WallAhead.TotalSeconds, "s", "How far the wall clock is ahead of the store's time, by which documents end; negative when it is behind.");
    }

    public void Dispose() => _meter.Dispose();
}
