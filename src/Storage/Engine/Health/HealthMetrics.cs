using System.Diagnostics.Metrics;

namespace DocService.Storage.Engine.Health;

/// <summary>The store's state as instruments. Apart from <see cref="StoreMetrics"/>, because a damaged store has a state and no engine.</summary>
/// <remarks>Owns: the meter. Thread: observed on the exporter's.</remarks>
internal sealed class HealthMetrics : IDisposable
{
    private readonly Meter _meter = new(StoreMetrics.MeterName);

    public HealthMetrics(StoreHealth health)
    {
        _meter.CreateObservableGauge("docservice.fenced", () => health.State == StoreState.Fenced ? 1 : 0, "1", "1 when a sync has failed and writes are refused.");
        _meter.CreateObservableGauge("docservice.read_only", () => health.State == StoreState.ReadOnly ? 1 : 0, "1", "1 while the disk is full and puts are refused.");
        _meter.CreateObservableGauge("docservice.damaged", () => health.State == StoreState.Damaged ? 1 : 0, "1", "1 when committed data in the journal is damaged and nothing is served.");
    }

    public void Dispose() => _meter.Dispose();
}
