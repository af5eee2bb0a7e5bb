using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Journal.Segments;

/// <summary>The segments of the running journal: the one that is appended to, and the older ones that are not settled.</summary>
/// <remarks>
/// Owns: them. Thread: the journal's, but for <see cref="UsedBytes"/>.
/// Invariant: a segment is released only when a synced record or header in a surviving one says that all of it is filed,
/// and every follower has all of it.
/// </remarks>
internal sealed class SegmentChain
{
    private readonly SegmentPool _pool;
    private readonly SegmentKeeper _keeper;
    private readonly Watermarks _marks;
    private readonly Queue<Segment> _older;
    private readonly Action<Segment> _recycle;
    private long _recordedDurable; // the watermarks as the current segment's synced records tell them
    private long _recordedFiled;
    private long _usedBytes;
    private long _roomBytes;
    private long _awaitedThrough;

    public SegmentChain(SegmentPool pool, SegmentKeeper keeper, Watermarks marks, IEnumerable<Segment> older, Segment current)
    {
        _pool = pool;
        _keeper = keeper;
        _marks = marks;
        _older = new Queue<Segment>(older);
        _recycle = keeper.Recycle;
        Current = current;
        _recordedDurable = current.Header.DurableThrough;
        _recordedFiled = current.Header.FiledThrough;
        foreach (Segment segment in _older)
        {
            Live.Add(segment);
        }

        Live.Add(current);
    }

    /// <summary>All of them, for readers.</summary>
    public LiveSegments Live { get; } = new();

    /// <summary>The one that is appended to.</summary>
    public Segment Current { get; private set; }

    /// <summary>Bytes of segments that hold unfiled commits, the current one counted as far as it is written. Any thread.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Bytes of the current segment that are not written yet. Any thread.</summary>
    public long RoomBytes => Volatile.Read(ref _roomBytes);

    /// <summary>Up to here the journal says durably that everything is filed: no start files it again. Any thread.</summary>
    public long RecordedFiledThrough => Volatile.Read(ref _recordedFiled);

    /// <summary>Whether a seal would tell the next start something new.</summary>
    public bool NeedsSeal => _marks.DurableThrough != _recordedDurable || _marks.FiledThrough != _recordedFiled;

    /// <summary>Whether a segment waits for nothing but that its filing is written down.</summary>
    public bool IsReleaseDue => _older.TryPeek(out Segment? oldest) && oldest.LastSequence <= _marks.SettledThrough && oldest.LastSequence > _recordedFiled;

    /// <summary>Last sequence of the oldest segment if only followers keep it, else 0. Any thread may ask; the answer may be a moment old.</summary>
    public long AwaitedThrough => Volatile.Read(ref _awaitedThrough);

    /// <summary>Whether one more segment stays within the limit. Every segment that is not settled counts whole.</summary>
    public bool MayGrow(long usableBytes)
    {
        long settled = _marks.SettledThrough;
        long unsettled = 0;
        foreach (Segment segment in _older)
        {
            unsettled += segment.LastSequence > settled ? segment.Header.SizeBytes : 0;
        }

        long current = Current.LastSequence > settled ? Current.Header.SizeBytes : 0;
        return unsettled + current + _pool.SegmentBytes <= usableBytes;
    }

    /// <summary>The segment that the spare is to become. Takes all memory that <see cref="Begin"/> needs.</summary>
    /// <exception cref="OutOfMemoryException">Nothing has been done; the spare is one again.</exception>
    public Segment Prepare(Spare spare, long lastSequence)
    {
        try
        {
            _older.EnsureCapacity(_older.Count + 1);
            SegmentHeader header = _pool.Segments.NewHeader(spare.SizeBytes, _marks.DurableThrough, lastSequence + 1, _marks.DurableThrough, _marks.FiledThrough);
            var next = new Segment(header, spare.File);
            Live.Add(next); // it has no records yet
            return next;
        }
        catch (OutOfMemoryException)
        {
            _pool.GiveBack(spare);
            throw;
        }
    }

    /// <summary>
    /// What was prepared becomes the segment that is appended to; its synced header tells the watermarks. The old one is
    /// synced to its end by now: every group is synced before the next begins.
    /// </summary>
    public void Begin(Spare spare, Segment next)
    {
        try
        {
            _pool.Segments.Begin(spare, next);
        }
        catch
        {
            Live.Remove(next);
            throw;
        }

        _keeper.Wake();
        _older.Enqueue(Current);
        Current = next;
        NoteSynced(next.Header.DurableThrough, next.Header.FiledThrough);
    }

    /// <summary>Synced records of the current segment have these watermarks. Releases the segments that they allow.</summary>
    public void NoteSynced(long durableThrough, long filedThrough)
    {
        _recordedDurable = durableThrough;
        Volatile.Write(ref _recordedFiled, Math.Max(_recordedFiled, filedThrough));
        Release();
    }

    /// <summary>Releases the segments that are settled and whose filing is written down.</summary>
    public void Release()
    {
        long settled = _marks.SettledThrough;
        while (_older.TryPeek(out Segment? oldest) && oldest.LastSequence <= Math.Min(_recordedFiled, settled))
        {
            _older.Dequeue();
            Live.Remove(oldest);
            oldest.Retire(_recycle);
        }

        bool isAwaited = _older.TryPeek(out Segment? first) && first.LastSequence <= _marks.FiledThrough && first.LastSequence > settled;
        Volatile.Write(ref _awaitedThrough, isAwaited ? first!.LastSequence : 0);
        Volatile.Write(ref _roomBytes, Current.Header.SizeBytes - Current.Position);
        long older = 0;
        foreach (Segment segment in _older)
        {
            older += segment.Header.SizeBytes;
        }

        Volatile.Write(ref _usedBytes, older + (Current.LastSequence > settled ? Current.Position : 0));
    }

    /// <exception cref="StorageFaultException">A segment is no longer found under its name: a next start would miss it.</exception>
    public void ThrowIfGone()
    {
        _pool.Segments.ThrowIfGone(Current);
        foreach (Segment segment in _older)
        {
            _pool.Segments.ThrowIfGone(segment);
        }
    }

    /// <summary>Once the journal's thread has ended.</summary>
    public void CloseFiles()
    {
        Current.Dispose();
        foreach (Segment segment in _older)
        {
            segment.Dispose();
        }
    }
}
