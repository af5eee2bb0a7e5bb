using System.Diagnostics.Metrics;
using DocService.Storage.Engine.Snapshots;

namespace DocService.Storage.Engine;

/// <summary>The instruments of a store that runs, in the meter <c>DocService.Storage</c>.</summary>
/// <remarks>Owns: the meter. Thread: recorded on the journal's, observed on the exporter's.</remarks>
internal sealed class StoreMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "DocService.Storage";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _syncDuration;
    private readonly Histogram<int> _groupSize;

    public StoreMetrics(StoreEngine engine)
    {
        _syncDuration = _meter.CreateHistogram("docservice.journal.sync.duration", "s", "Time that a sync of the journal took.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });
        _groupSize = _meter.CreateHistogram("docservice.journal.group.size", "{commit}", "Commits that one sync made durable.", advice: new InstrumentAdvice<int>
        {
            HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
        });
        _meter.CreateObservableCounter("docservice.journal.written", () => engine.Journal.Statistics.Bytes, "By", "Bytes written to the journal, padding included.");
        _meter.CreateObservableGauge("docservice.journal.sync.running", () => engine.Journal.Statistics.SyncRunningFor.TotalSeconds, "s", "How long the sync under way has been running; 0 while there is none.");
        _meter.CreateObservableGauge("docservice.journal.queue", () => engine.Journal.QueueLength, "{commit}", "Commits waiting for the journal's thread.");
        _meter.CreateObservableGauge("docservice.journal.used", () => engine.Journal.UsedBytes, "By", "Bytes of journal that hold unfiled commits.");
        _meter.CreateObservableGauge("docservice.pending", () => engine.Pending.Count, "{document}", "Documents whose newest version is only in the journal.");
        _meter.CreateObservableGauge("docservice.backlog", () => engine.Backlog.Operations, "{document}", "Published operations not yet filed.");
        _meter.CreateObservableGauge("docservice.backlog.fill", () => engine.Backlog.Fill, "1", "How full the journal is; writers are slowed from 0.5.");
        _meter.CreateObservableGauge("docservice.disk.free", () => engine.Space.FreeBytes, "By", "Bytes that the filesystem of the data directory has free.");
        _meter.CreateObservableGauge("docservice.durable_through", () => engine.Journal.Marks.DurableThrough, "{sequence}", "Every commit up to here is durable.");
        _meter.CreateObservableGauge("docservice.filed_through", () => engine.Journal.Marks.FiledThrough, "{sequence}", "Every commit up to here is filed.");
        _meter.CreateObservableGauge("docservice.requests.held", () => engine.Requests.Report.Held, "{request}", "Requests that are remembered by their keys.");
        _meter.CreateObservableCounter("docservice.requests.replayed", () => engine.Requests.Report.Replayed, "{request}", "Requests that were answered with what an earlier one with the same key had done.");
        _meter.CreateObservableCounter("docservice.requests.reused", () => engine.Requests.Report.Reused, "{request}", "Requests that were refused because their key was another request's.");
        _meter.CreateObservableCounter("docservice.cache.hits", () => engine.Cache.Report.Hits, "{document}", "Reads that the cache of documents answered.");
        _meter.CreateObservableCounter("docservice.cache.misses", () => engine.Cache.Report.Misses, "{document}", "Reads of documents' files that may be in the cache from then on.");
        _meter.CreateObservableGauge("docservice.cache.used", () => engine.Cache.Report.Bytes, "By", "Bytes that the cache of documents holds.");
        _meter.CreateObservableCounter("docservice.scrub.read", () => engine.Scrubbed.Bytes, "By", "Bytes of files that the scrub has read.");
        _meter.CreateObservableCounter("docservice.scrub.restored", () => engine.Scrubbed.Restored, "{document}", "Damaged documents that were restored from an intact copy.");
        _meter.CreateObservableCounter("docservice.scrub.differences", () => engine.Scrubbed.Differences, "{difference}", "Times that the scrub found the index damaged and had it made anew.");
        _meter.CreateObservableGauge("docservice.scrub.damaged", () => engine.Scrubbed.Damage.Count, "{file}", "Damaged files that the scrub knows of.");
        SnapshotFigures snapshots = engine.Snapshots.Figures;
        _meter.CreateObservableGauge("docservice.snapshots", () => snapshots.Count, "{snapshot}", "Whole snapshots, without those that have been started.");
        _meter.CreateObservableGauge("docservice.snapshots.age", () => Seconds(snapshots.Age), "s", "Age of the newest snapshot; absent while there is none.");
        _meter.CreateObservableGauge("docservice.snapshots.duration", () => Seconds(snapshots.Last), "s", "How long the last snapshot took; absent when none was taken since the start.");
        _meter.CreateObservableCounter("docservice.snapshots.failed", () => snapshots.Failed, "{snapshot}", "Snapshots that were begun and given up.");
        engine.Journal.Statistics.Synced = NoteSync;
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<double>> Seconds(TimeSpan? time) => time is { } some ? [new Measurement<double>(some.TotalSeconds)] : [];

    private void NoteSync(TimeSpan duration, int commits)
    {
        _syncDuration.Record(duration.TotalSeconds);
        if (commits > 0)
        {
            _groupSize.Record(commits);
        }
    }
}
