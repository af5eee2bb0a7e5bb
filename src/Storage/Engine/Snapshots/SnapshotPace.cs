using DocService.Storage.Journal.Marks;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>A snapshot's walk takes at most half of the time while others write: it rests for as long as it has worked.</summary>
/// <remarks>Thread: one. What writers notice of it is in bench/README.md; what resting alone is worth was not measured.</remarks>
internal sealed class SnapshotPace(Watermarks marks, IThreads threads)
{
    /// <summary>A slice that took long, on a slow disk, is not worth a long rest: by then writers have had the disk.</summary>
    private static readonly TimeSpan RestMax = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private long _since = threads.Clock.GetTimestamp();
    private long _through = marks.DurableThrough;

    /// <summary>At the end of a slice. Does not rest where nothing was written since the last one.</summary>
    public void Rest()
    {
        long through = marks.DurableThrough;
        TimeSpan worked = threads.Clock.GetElapsedTime(_since);
        if (through != _through && worked > TimeSpan.Zero)
        {
            lock (_gate)
            {
                threads.Wait(_gate, worked < RestMax ? worked : RestMax);
            }
        }

        _through = through;
        _since = threads.Clock.GetTimestamp();
    }
}
