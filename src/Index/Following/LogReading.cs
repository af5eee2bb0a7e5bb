using DocService.Index.Declared;
using DocService.Index.History;
using DocService.Index.Writing;
using DocService.Storage.Followers;

namespace DocService.Index.Following;

/// <summary>
/// Reads the log into the rows, at its rhythm: at once when somebody waits, otherwise up to <see cref="IndexOptions.Lag"/>
/// behind, because a document that is written often then costs one row for many writes.
/// </summary>
/// <remarks>Thread: the follower's. On failure: the exceptions of the cursor and of the writer; the index is given up.</remarks>
internal sealed class LogReading
{
    /// <summary>A batch takes no longer while somebody waits for what is in it.</summary>
    private static readonly TimeSpan BatchTimeMax = TimeSpan.FromMilliseconds(10);

    /// <summary>How often it looks for rows of deleted documents that have been kept long enough.</summary>
    private static readonly TimeSpan DropInterval = TimeSpan.FromMinutes(1);

    /// <summary>A clean stop reads no longer: the rest is read after the next start.</summary>
    private static readonly TimeSpan FinishTimeMax = TimeSpan.FromSeconds(0.5);

    /// <summary>Tables of this size need few compactions; more would have to be read again after a crash.</summary>
    private const long FlushBytesMax = 64L << 20;

    private readonly ICommitLog _log;
    private readonly IndexWriter _writer;
    private readonly IndexProgress _progress;
    private readonly FollowerSignals _signals;
    private readonly Declarations _declarations;
    private readonly HistoryWork _history;
    private readonly TimeProvider _clock;
    private readonly IndexOptions _options;
    private readonly Action _noteDurable;
    private readonly long _flushBytes;
    private long _lastDrop;

    /// <param name="log">What is read.</param>
    /// <param name="writer">Where it goes.</param>
    /// <param name="parts">Of the index.</param>
    /// <param name="noteDurable">Called after each flush: a segment of the log may be free.</param>
    public LogReading(ICommitLog log, IndexWriter writer, IndexParts parts, Action noteDurable)
    {
        _log = log;
        _writer = writer;
        _progress = parts.Progress;
        _signals = parts.Signals;
        _declarations = parts.Declarations;
        _history = parts.History;
        _clock = parts.Clock;
        _options = parts.Options;
        _noteDurable = noteDurable;
        _flushBytes = Math.Min(FlushBytesMax, parts.Options.CacheBytes / 4);
        _lastDrop = _clock.GetTimestamp();
    }

    /// <summary>A segment waits for something that is not durable here and can be.</summary>
    private bool IsHurried => _signals.HurriedThrough > _progress.DurablePosition && _log.DurableThrough > _progress.DurablePosition;

    private bool IsDropDue => _clock.GetElapsedTime(_lastDrop) >= DropInterval;

    /// <summary>Follows the log until it must leave.</summary>
    public void Run(ICommitCursor cursor)
    {
        while (!_signals.MustLeave)
        {
            bool mayBeMore = ReadAndWrite(cursor);
            WriteHistories();
            if (_writer.IsBuildingIndexes)
            {
                BuildIndexes();
                continue;
            }

            if (IsDropDue && !_writer.DropTombstones(_options.TombstoneRetention))
            {
                _lastDrop = _clock.GetTimestamp();
            }

            if (!mayBeMore)
            {
                Wait(cursor.Position);
            }
        }
    }

    /// <summary>Reads what is published by now, and writes what else waits for it.</summary>
    public void CatchUp(ICommitCursor cursor)
    {
        long through = _log.DurableThrough;
        bool mayBeMore = true;
        while (mayBeMore && !_signals.MustLeave)
        {
            mayBeMore = ReadAndWrite(cursor) && cursor.Position < through; // what comes meanwhile is left for the next time
        }
    }

    /// <summary>At a clean stop: the next start then has little to read.</summary>
    public void Finish(ICommitCursor cursor)
    {
        long started = _clock.GetTimestamp();
        bool mayBeMore = true;
        while (mayBeMore)
        {
            mayBeMore = ReadAndWrite(cursor) && _clock.GetElapsedTime(started) < FinishTimeMax;
        }

        Flush();
    }

    /// <summary>Makes what was written durable.</summary>
    public void Flush()
    {
        _writer.Flush();
        _progress.NoteDurable(_writer.State.Position);
        _noteDurable();
    }

    /// <summary>One batch; whether there may be more to read.</summary>
    private bool ReadAndWrite(ICommitCursor cursor)
    {
        DateTimeOffset moment = _log.Time.Now;
        bool mayBeMore = ReadBatch(cursor);
        bool isAdopted = _writer.MustAdopt;
        if (_writer.HasPending)
        {
            _writer.Write();
        }

        if (isAdopted)
        {
            _declarations.NoteChanged();
        }

        long position = _writer.State.Position;
        _progress.NoteWritten(_writer.State);
        if (!mayBeMore && _progress.Stage == IndexStage.Following)
        {
            _progress.NoteCaughtUp(moment);
        }

        if (_writer.UnflushedBytes >= _flushBytes || (IsHurried && (position >= _signals.HurriedThrough || !mayBeMore)))
        {
            Flush();
        }

        return mayBeMore;
    }

    /// <summary>What others ask for. An erasure is durable before anything is erased: so what a crash interrupts goes on after it.</summary>
    private void WriteHistories()
    {
        var tasks = new List<HistoryTask>();
        try
        {
            while (!_signals.MustLeave && _history.TryTake(out HistoryTask? task))
            {
                tasks.Add(task);
                _writer.Write(task);
            }

            if (tasks.Exists(task => task.Erasure is not null))
            {
                Flush(); // once for all of them
            }
        }
        catch
        {
            tasks.ForEach(task => task.Done.TrySetException(new IndexClosedException()));
            throw;
        }

        tasks.ForEach(task => task.Done.TrySetResult());
    }

    /// <summary>A part of the documents, so that commits do not wait for all of them.</summary>
    private void BuildIndexes()
    {
        bool isBuilt = _writer.BuildIndexes();
        if (_writer.UnflushedBytes >= _flushBytes)
        {
            Flush();
        }

        if (isBuilt)
        {
            _declarations.NoteChanged();
        }
    }

    private bool ReadBatch(ICommitCursor cursor)
    {
        long started = _clock.GetTimestamp();
        while (cursor.TryRead(out FollowedCommit? commit))
        {
            _writer.Add(commit);
            if (_writer.IsFull || (_progress.Waiters.IsAny && _clock.GetElapsedTime(started) >= BatchTimeMax))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Until there is a commit, and then for as long as it may lag behind.</summary>
    private void Wait(long position)
    {
        Task commits = _log.WaitForCommitsAsync(position, _signals.Stopping);
        _ = commits.ContinueWith(static (_, signals) => ((FollowerSignals)signals!).Wake(), _signals, TaskScheduler.Default);
        while (!_signals.MustLeave && _log.DurableThrough <= position && !IsHurried && !_writer.MustAdopt && !_history.IsAny)
        {
            if (IsDropDue)
            {
                return;
            }

            _signals.Wait(DropInterval);
        }

        if (_log.DurableThrough > position)
        {
            _progress.NoteBehind();
        }

        for (long since = _clock.GetTimestamp(); !_signals.MustLeave && !_progress.Waiters.IsAny && !IsHurried && !_writer.MustAdopt && !_history.IsAny;)
        {
            TimeSpan left = _options.Lag - _clock.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            _signals.Wait(left);
        }
    }
}
