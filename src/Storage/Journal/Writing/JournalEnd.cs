using System.Diagnostics.CodeAnalysis;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>The end of the log: groups and seals are written there and synced, and segments begun.</summary>
/// <remarks>
/// Owns: the sequence, the buffer of a group. Thread: the journal's.
/// Invariant: a group never spans two segments.
/// On failure: no descriptor is synced again. Where the effect is not known, <see cref="IsUncertain"/> stays true.
/// </remarks>
internal sealed class JournalEnd
{
    private readonly SegmentPool _pool;
    private readonly SegmentChain _chain;
    private readonly PlaceWatch _places;
    private readonly SealRhythm _seals;
    private readonly Watermarks _marks;
    private readonly JournalStatistics _statistics;
    private readonly TimeProvider _clock;
    private readonly GroupBuffer _buffer;
    private long _writtenDurable; // the watermarks as the bytes being written tell them
    private long _writtenFiled;

    /// <param name="pool">Where segments come from.</param>
    /// <param name="chain">Those that there are.</param>
    /// <param name="places">Looks whether they are in their places.</param>
    /// <param name="seals">Told when the journal is synced.</param>
    /// <param name="marks">How far the log has come.</param>
    /// <param name="statistics">Told what is synced.</param>
    /// <param name="clock">Measures that.</param>
    public JournalEnd(SegmentPool pool, SegmentChain chain, PlaceWatch places, SealRhythm seals, Watermarks marks, JournalStatistics statistics, TimeProvider clock)
    {
        _pool = pool;
        _chain = chain;
        _places = places;
        _seals = seals;
        _marks = marks;
        _statistics = statistics;
        _clock = clock;
        _buffer = new GroupBuffer((int)Math.Min(GroupBuffer.UsualBytes, pool.SegmentBytes));
        LastSequence = chain.Current.Header.FirstSequence - 1;
    }

    /// <summary>The last that was given out.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Something was begun on the disk, and its end is not known.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>Whether a group of so many bytes fits the current segment.</summary>
    public bool Fits(long bytes) => _chain.Current.Position + bytes <= _chain.Current.Header.SizeBytes;

    /// <summary>Gives the commits their sequences and places and writes them. Until <see cref="Conclude"/> it is uncertain what becomes of them.</summary>
    /// <exception cref="FileSystemException">Any part of the group may have been written.</exception>
    public void Write(List<Commit> group)
    {
        IsUncertain = true;
        Segment segment = _chain.Current;
        _buffer.Start(segment.File, segment.Position);
        _writtenDurable = _marks.DurableThrough;
        _writtenFiled = _marks.FiledThrough;
        long now = _clock.GetTimestamp();
        foreach (Commit commit in group)
        {
            commit.Times?.NoteTaken(now);
            commit.Sequence = NextSequence();
            commit.Segment = segment;
            commit.PayloadOffset = _buffer.Add(
                new RecordHeader
                {
                    Type = RecordType.Commit,
                    PayloadBytes = commit.PayloadBytes,
                    Operations = commit.Places.Length,
                    Sequence = commit.Sequence,
                    DurableThrough = _writtenDurable,
                    FiledThrough = _writtenFiled,
                    PayloadHash = commit.PayloadHash,
                },
                commit.Payload,
                segment.Header.Salt);
        }

        segment.Position = _buffer.Finish();
        segment.LastSequence = LastSequence;
    }

    private long NextSequence() => ++LastSequence < JournalFormat.SequenceMax ? LastSequence : throw new InvalidOperationException("The sequences are used up.");

    /// <summary>The spare becomes the segment that is appended to.</summary>
    public void BeginSegment(Spare spare) => BeginSegment(spare, _chain.Prepare(spare, LastSequence));

    private void BeginSegment(Spare spare, Segment next)
    {
        IsUncertain = true;
        using (_statistics.NoteSyncStarted())
        {
            _chain.Begin(spare, next);
        }

        IsUncertain = false;
    }

    /// <summary>What was written is durable when this returns; returns how long that took.</summary>
    /// <param name="group">What was written of commits.</param>
    public TimeSpan Sync(List<Commit>? group)
    {
        long started = _clock.GetTimestamp();
        using (_statistics.NoteSyncStarted())
        {
            _chain.Current.File.SyncData();
        }

        long ended = _clock.GetTimestamp();
        _seals.NoteSynced(ended);
        for (int index = 0; index < group?.Count; index++)
        {
            group[index].Times?.NoteSynced(started, ended);
        }

        return _clock.GetElapsedTime(started, ended);
    }

    /// <summary>What was written is durable, and whoever waited for it has been told.</summary>
    public void Conclude(TimeSpan duration, int commits, long bytes)
    {
        IsUncertain = false;
        _chain.NoteSynced(_writtenDurable, _writtenFiled);
        _statistics.NoteSync(duration, commits, bytes);
    }

    /// <summary>A seal only saves work at the next start. If there is no room or no memory for one, it is tried again after the next quiet time.</summary>
    public void WriteSeal(RecordType type)
    {
        bool isWritten = false;
        try
        {
            isWritten = TryWriteSeal(type);
        }
        catch (OutOfMemoryException) when (!IsUncertain)
        {
            // Nothing of it is in the file.
        }

        if (!isWritten)
        {
            _seals.NoteBlocked();
        }
    }

    private bool TryWriteSeal(RecordType type)
    {
        if (!Fits(JournalFormat.BlockBytes))
        {
            _places.Look();
            if (_pool.TryTake(SpareUse.Delete) is not { } spare)
            {
                return false;
            }

            // The new segment's header says all that the seal would; only a clean stop still needs its record.
            BeginSegment(spare);
            if (type == RecordType.Seal)
            {
                return true;
            }
        }

        _writtenDurable = _marks.DurableThrough;
        _writtenFiled = _marks.FiledThrough;
        Segment segment = _chain.Current;
        IsUncertain = true;
        try
        {
            segment.Position = _buffer.WriteSeal(segment.File, segment.Position, type, LastSequence, _marks, segment.Header.Salt);
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            IsUncertain = false;
            return false; // what is there now was never synced, and the next group is written over it
        }

        TimeSpan duration = Sync(group: null);
        Conclude(duration, 0, JournalFormat.BlockBytes);
        return true;
    }

    /// <summary>
    /// A group's write stopped short, so part of it may be in the file. A new segment whose synced header begins after
    /// the last durable commit makes that part void. Then the effect is known to be nothing.
    /// </summary>
    /// <param name="cause">Thrown where there is no spare for it.</param>
    /// <param name="queue">Where the journal's thread pauses while there is no memory.</param>
    public void MakeVoid(FileSystemException cause, CommitQueue queue)
    {
        Spare spare;
        Segment? next;
        do
        {
            spare = _pool.TryTake(SpareUse.Delete) ?? throw cause;
        }
        while (!TryPrepare(spare, queue, out next));

        BeginSegment(spare, next);
    }

    /// <summary>False after a pause for memory: part of the group may be in the file, so this is not given up.</summary>
    private bool TryPrepare(Spare spare, CommitQueue queue, [NotNullWhen(true)] out Segment? next)
    {
        try
        {
            next = _chain.Prepare(spare, LastSequence);
            return true;
        }
        catch (OutOfMemoryException)
        {
            queue.Pause(Intervals.Moment);
            next = null;
            return false;
        }
    }
}
