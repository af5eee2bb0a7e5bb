using System.Diagnostics.Metrics;

namespace DocService.Api.History;

/// <summary>The instruments of histories, in the meter <c>DocService.History</c>.</summary>
/// <remarks>Owns: the meter. Thread: observed on the exporter's.</remarks>
internal sealed class HistoryMetrics : IDisposable
{
    public const string MeterName = "DocService.History";

    private readonly Meter _meter = new(MeterName);

    public HistoryMetrics(HistoryKeeper keeper)
    {
        _meter.CreateObservableCounter("docservice.history.dropped", () => keeper.Dropped, "{version}", "Versions of documents that were dropped: beyond the history of their collections, or erased.");
        _meter.CreateObservableGauge("docservice.history.paused", () => keeper.State.State == KeeperState.Paused ? 1 : 0, "1", "1 while something keeps versions from being dropped; /status tells what.");
    }

    public void Dispose() => _meter.Dispose();
}
