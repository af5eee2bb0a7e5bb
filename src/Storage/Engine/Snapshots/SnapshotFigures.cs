namespace DocService.Storage.Engine.Snapshots;

/// <summary>What the metrics tell of snapshots. Nothing is asked of the disk when they are read: a disk that hangs must not keep a scraper waiting.</summary>
/// <remarks>
/// Thread: any. Count and newest are as of the last time that the directory was read: at the start, after each change that the store made,
/// and when somebody asked for the list. A snapshot that was started or removed by hand counts until then.
/// </remarks>
internal sealed class SnapshotFigures(SnapshotDirectory directory, TimeProvider clock)
{
    private long _newest; // ticks of its creation; 0: there is none
    private int _count;
    private long _failed;
    private long _lastTicks;

    /// <summary>Whole snapshots.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Times that one was begun and given up.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>How long the last whole one took; null: none since the start.</summary>
    public TimeSpan? Last => Volatile.Read(ref _lastTicks) is > 0 and var ticks ? new TimeSpan(ticks) : null;

    /// <summary>Of the newest; null: there is none. Not negative, whatever the clock says.</summary>
    public TimeSpan? Age => Volatile.Read(ref _newest) is > 0 and var ticks ? new TimeSpan(Math.Max(clock.GetUtcNow().UtcTicks - ticks, 0)) : null;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="Io.FileSystemException">It cannot be read; the figures stay.</exception>
    public IReadOnlyList<SnapshotInfo> Read()
    {
        IReadOnlyList<SnapshotInfo> whole = directory.List();
        Volatile.Write(ref _count, whole.Count);
        Volatile.Write(ref _newest, whole.Count == 0 ? 0 : whole.Max(static one => one.Created.UtcTicks));
        return whole;
    }

    /// <summary>After a change. What cannot be read now is, when somebody asks for the list.</summary>
    public void TryRead()
    {
        try
        {
            Read();
        }
        catch (Exception exception) when (exception is Io.FileSystemException or OutOfMemoryException)
        {
            // The figures stay as they were.
        }
    }

    public void NoteTaken(TimeSpan took) => Volatile.Write(ref _lastTicks, Math.Max(took.Ticks, 1));

    public void NoteFailed() => Interlocked.Increment(ref _failed);
}
