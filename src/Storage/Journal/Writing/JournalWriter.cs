using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>
/// Group commit: one thread takes whatever has gathered, writes it as one contiguous group, syncs once, publishes it
/// with one store, and completes every commit. While it syncs, the next group gathers.
/// </summary>
/// <remarks>
/// Owns: a thread, the chain of segments. Thread: its own; <see cref="TryAdd"/> from any.
/// Invariants: group N+1 is not begun before the sync of group N has returned; a group never spans two segments.
/// On failure: a failed sync ends the journal. Nothing of its group is acknowledged, no descriptor is synced again, the
/// thread ends, and every waiting write gets an error. A write that found no room is voided by a new segment's synced
/// header. The memory that a group or a seal needs is taken before its write. If there is none, the group is refused, the
/// seal put off, and nothing has been done.
/// </remarks>
internal sealed class JournalWriter
{
    private readonly SegmentPool _pool;
    private readonly SegmentChain _chain;
    private readonly JournalRoom _room;
    private readonly JournalHooks _hooks;
    private readonly PlaceWatch _places;
    private readonly SealRhythm _seals;
    private readonly JournalEnd _end;
    private readonly CommitQueue _queue;
    private readonly StoreBusyException _noMemory = new("There is no memory for the write at present.");
    private readonly OutcomeUnknownException _unknown = new("The write may or may not survive."); // both for want of memory to say why
    private readonly StoreFencedException _fenced = new("Nothing of this request was done; the store takes no writes until it is restarted.");
    private readonly List<Commit> _group = new(CommitQueue.GroupCommitsMax);
    private readonly int _groupBytesMax; // a group never spans two segments, so it fits an empty one
    private IThread? _thread; // null before the start
    private bool _isHandedOver; // some bytes of the current group may be in the file
    private volatile bool _isFailed;

    /// <param name="pool">Where segments come from.</param>
    /// <param name="keeper">Who keeps it filled.</param>
    /// <param name="older">Segments with unfiled commits, ascending.</param>
    /// <param name="current">A segment just begun.</param>
    /// <param name="marks">How far the log has come.</param>
    /// <param name="hooks">Whom to tell.</param>
    /// <param name="usableBytes">Bytes of segments that hold unfiled commits, beside the reserve.</param>
    /// <param name="sealAfter">Quiet time after which a seal is written.</param>
    public JournalWriter(SegmentPool pool, SegmentKeeper keeper, IEnumerable<Segment> older, Segment current, Watermarks marks, JournalHooks hooks, long usableBytes, TimeSpan sealAfter)
    {
        _pool = pool;
        _hooks = hooks;
        _queue = new CommitQueue(hooks.Threads);
        _groupBytesMax = (int)Math.Min(GroupBuffer.UsualBytes, pool.SegmentBytes - JournalFormat.BlockBytes);
        Marks = marks;
        Published = new PublishedSignal(marks, hooks.Threads);
        _chain = new SegmentChain(pool, keeper, Marks, older, current);
        _room = new JournalRoom(pool, keeper, _chain, _queue, hooks, usableBytes);
        _places = new PlaceWatch(_chain, hooks);
        _seals = new SealRhythm(_chain, sealAfter, hooks.Threads.Clock);
        _end = new JournalEnd(pool, _chain, _places, _seals, Marks, Statistics, hooks.Threads.Clock);
    }

    public Watermarks Marks { get; }

    public JournalStatistics Statistics { get; } = new();

    /// <summary>For those who follow the log.</summary>
    public PublishedSignal Published { get; }

    /// <summary>See <see cref="SegmentChain.AwaitedThrough"/>.</summary>
    public long AwaitedThrough => _chain.AwaitedThrough;

    /// <summary>What can be read from.</summary>
    public LiveSegments Segments => _chain.Live;

    /// <inheritdoc cref="SegmentChain.RecordedFiledThrough"/>
    public long RecordedFiledThrough => _chain.RecordedFiledThrough;

    /// <summary>See <see cref="SegmentChain.UsedBytes"/>.</summary>
    public long UsedBytes => _chain.UsedBytes;

    /// <summary>See <see cref="SegmentChain.RoomBytes"/>.</summary>
    public long RoomBytes => _chain.RoomBytes;

    /// <summary>Length of a segment.</summary>
    public long SegmentBytes => _pool.SegmentBytes;

    /// <summary>Commits waiting for their group.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Starts the thread. What older segments hold that is filed already is released now.</summary>
    public void Start()
    {
        _chain.Release();
        _thread = _hooks.Threads.Start("docservice-journal", Work);
    }

    /// <summary>Queues a closed commit. False when the journal has stopped: the commit was not taken.</summary>
    public bool TryAdd(Commit commit) => !_isFailed && _queue.TryAdd(commit);

    /// <summary>What the journal's directory holds is unknown: nothing more is written, and what is queued is refused.</summary>
    public void Fence(Exception cause) => _queue.Fence(cause);

    /// <summary>filedThrough has moved: a seal is due once it is quiet.</summary>
    public void NoteFiled() => _queue.Wake();

    /// <summary>A follower's durable position has advanced, or it does not count any more: a segment may be free.</summary>
    public void NoteSettled() => _queue.Wake();

    /// <summary>Writes what is queued, a clean-stop seal when everything is filed, and ends the thread.</summary>
    public void Stop()
    {
        _queue.Close();
        Published.Stop();
        _thread?.Join();
    }

    /// <summary>Closes the files. After <see cref="Stop"/>.</summary>
    public void CloseFiles() => _chain.CloseFiles();

    private void Work()
    {
        try
        {
            while (!_queue.IsClosedAndEmpty)
            {
                if (_queue.TryTakeGroup(_group, _groupBytesMax, _seals.Left))
                {
                    _queue.ThrowIfFenced();
                    WriteOrRefuseGroup();
                    _group.Clear();
                }
                else
                {
                    _chain.Release(); // segments that waited for a follower
                    if (_seals.Left == TimeSpan.Zero && !_queue.IsClosedAndEmpty)
                    {
                        _end.WriteSeal(RecordType.Seal);
                    }
                }
            }

            _queue.ThrowIfFenced();

            // Unfiled commits are replayed at the next start, and that is no clean stop.
            _end.WriteSeal(Marks.FiledThrough == Marks.DurableThrough ? RecordType.CleanStop : RecordType.Seal);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void WriteOrRefuseGroup()
    {
        try
        {
            WriteGroup();
        }
        catch (OutOfMemoryException) when (!_end.IsUncertain)
        {
            // Nothing of the group is in the file, or every write of it has its answer.
            _room.Refuse(_group, static _ => true, _noMemory);
        }
    }

    private void WriteGroup()
    {
        _places.LookIfStale();
        long bytes = GroupBuffer.Measure(_group);
        if (!_end.Fits(bytes))
        {
            _places.Look();
            if (_room.Find(_group) is not { } spare)
            {
                return;
            }

            _end.BeginSegment(spare);
            bytes = GroupBuffer.Measure(_group);
        }

        Acknowledgements? early = Acknowledgements.Of(_hooks.Threads, _group, isBuffered: true);
        Acknowledgements? late = Acknowledgements.Of(_hooks.Threads, _group, isBuffered: false);
        _hooks.Expect(_group);
        _isHandedOver = true;
        try
        {
            _end.Write(_group);
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            VoidGroup(exception);
            return;
        }

        Marks.AdvanceAppended(_end.LastSequence);
        _hooks.Appended(_group);
        early?.Send();

        TimeSpan duration = _end.Sync(_group);
        _places.LookAgainIfStale();
        Marks.AdvanceDurable(_end.LastSequence);
        _hooks.Published(_group);
        Published.Tell();
        foreach (Commit commit in _group)
        {
            commit.Publish();
        }

        late?.Send();
        _isHandedOver = false;
        _end.Conclude(duration, _group.Count, bytes);
    }

    /// <summary>The group's write stopped short. Once the effect is known to be nothing, it is refused. If that fails, the journal fails.</summary>
    private void VoidGroup(FileSystemException cause)
    {
        _end.MakeVoid(cause, _queue);
        _isHandedOver = false;
        _hooks.OutOfSpace(cause.Message);
        _room.Refuse(_group, _ => true, new OutOfSpaceException(cause.Message, cause));
    }

    /// <summary>Must not throw, or the process would end: it needs no memory.</summary>
    private void Fail(Exception cause)
    {
        // In this order: a writer that finds the queue closed finds the reason too.
        _hooks.Failed("the journal cannot be written", cause);
        _isFailed = true;
        _queue.Close();
        OutcomeUnknownException unknown = _unknown;
        StoreFencedException fenced = _fenced;
        try
        {
            unknown = new OutcomeUnknownException($"The write may or may not survive: {cause.Message}", cause);
            fenced = new StoreFencedException($"Nothing of this request was done; the store takes no writes until it is restarted: {cause.Message}", cause);
        }
        catch (OutOfMemoryException)
        {
            // Then without the reason.
        }

        _room.Refuse(_group, _ => true, _isHandedOver ? unknown : fenced);
        while (_queue.TryTakeGroup(_group, _groupBytesMax, TimeSpan.Zero))
        {
            _room.Refuse(_group, _ => true, fenced);
        }
    }
}
