using System.Diagnostics.Metrics;

namespace DocService.Storage.Bench.Support;

/// <summary>Counts syncs of the journal and the commits they made durable, from the store's own meter.</summary>
/// <remarks>Thread: measured on the journal's thread, read by any. Made before the store, so that it hears its instruments.</remarks>
internal sealed class SyncMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _syncs;
    private long _commits;

    public SyncMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "DocService.Storage", Name: "docservice.journal.group.size" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, commits, _, _) =>
        {
            Interlocked.Increment(ref _syncs);
            Interlocked.Add(ref _commits, commits);
        });
        _listener.Start();
    }

    /// <summary>Commits per sync since the last call.</summary>
    public double Take()
    {
        long syncs = Interlocked.Exchange(ref _syncs, 0);
        long commits = Interlocked.Exchange(ref _commits, 0);
        return syncs == 0 ? 0 : (double)commits / syncs;
    }

    public void Dispose() => _listener.Dispose();
}
