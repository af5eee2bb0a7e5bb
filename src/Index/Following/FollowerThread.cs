using DocService.Index.Rows;
using DocService.Index.Writing;
using DocService.Storage.Followers;
using Microsoft.Extensions.Logging;

namespace DocService.Index.Following;

/// <summary>The thread of an index: it follows the log, and makes the index anew when it must.</summary>
/// <remarks>
/// Owns: the writer. Thread: its own; <see cref="Start"/> and <see cref="Join"/> the store's.
/// Invariants: no failure ends the thread. The log keeps what the index needs from <see cref="ICommitLog.Rejoin"/> on, which
/// comes before the first file is read.
/// </remarks>
#pragma warning disable CA1001 // The thread itself disposes the writer when it ends.
internal sealed class FollowerThread
#pragma warning restore CA1001
{
    /// <summary>A signal ends it sooner.</summary>
    private static readonly TimeSpan DeclarationPause = TimeSpan.FromSeconds(1);

    /// <summary>After a lack of memory, which passes when requests have ended.</summary>
    private static readonly TimeSpan MemoryPause = TimeSpan.FromSeconds(0.1);

    private readonly IFollower _follower;
    private readonly ICommitLog _log;
    private readonly IndexParts _parts;
    private readonly FailurePause _pause;
    private readonly Thread _thread;
    private readonly string? _found;
    private readonly long _recoveredThrough;
    private IndexWriter? _writer;

    /// <param name="follower">As the log knows it.</param>
    /// <param name="log">What it follows; nothing has been written since its recovery.</param>
    /// <param name="parts">What is shared with others.</param>
    /// <param name="found">Its writer becomes this thread's.</param>
    public FollowerThread(IFollower follower, ICommitLog log, IndexParts parts, FoundIndex found)
    {
        _follower = follower;
        _log = log;
        _parts = parts;
        _pause = new FailurePause(parts);
        _writer = found.Writer;
        _found = found.Reason;
        _recoveredThrough = log.DurableThrough; // here: new commits soon take the sequences of those that were lost
        _thread = new Thread(Run) { IsBackground = true, Name = "index" };
    }

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private void Run()
    {
        if (Misfit() is { } misfit)
        {
            GiveUp(new Failure(misfit));
        }
        else if (_writer is null)
        {
            _parts.Progress.GiveUp(_found!); // as at a first start: nothing to warn of
        }

        while (_parts.Declarations.Newest is null && !_parts.Signals.IsStopping)
        {
            _parts.Signals.Wait(DeclarationPause);
        }

        while (!_parts.Signals.IsStopping)
        {
            try
            {
                Follow();
            }
            catch (OutOfMemoryException) when (_writer?.TryForget() == true)
            {
                _parts.Signals.Wait(MemoryPause); // what was read and not written is read again
            }
#pragma warning disable CA1031 // The top of the loop: whatever it is, the index is made anew and documents go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _parts.Signals.Fail(Failure.Of(exception));
            }

            if (_parts.Signals.Failure is { } failure)
            {
                GiveUp(failure);
            }
        }

        _parts.Answering = null;
        _writer?.Dispose();
        _parts.Progress.Stage = IndexStage.Stopped;
        _parts.History.Abandon();
    }

    /// <summary>Why the index that was found cannot be used with this log; null when it can, or when there is none.</summary>
    private string? Misfit()
    {
        if (_writer?.State is not { } state)
        {
            return Directory.Exists(_parts.Options.Directory) ? _found : null;
        }

        if (state.StoreId != _log.StoreId)
        {
            return $"the index is that of store {state.StoreId}";
        }

        return state.Position > _recoveredThrough
            ? $"the index knows commit {state.Position}, the journal ended with {_recoveredThrough}"
            : null;
    }

    private void Follow()
    {
        IndexWriter writer = _writer ??= Begin();
        using ICommitCursor cursor = _log.OpenCursor(writer.State.Position);
        var reading = new LogReading(_log, writer, _parts, () => _log.NoteDurable(_follower));
        if (writer.State.IsBuilding)
        {
            long started = _parts.Clock.GetTimestamp();
            if (!new IndexBuild(_log.Documents, writer, reading, _parts).Run(cursor))
            {
                return;
            }

            IndexStatus status = _parts.Progress.Status;
            _parts.Logger.LogInformation(
                "The index has every document: read {Done} files in {Seconds} s, {Unreadable} of them could not be read",
                status.Done, Math.Round(_parts.Clock.GetElapsedTime(started).TotalSeconds, 1), status.Unreadable);
        }

        _pause.Forget();
        if (writer.MustAdopt)
        {
            writer.Write(); // whoever reads finds each declared index, built or not
        }

        _parts.Answering = writer.Database; // before those who wait are told
        _parts.Progress.BeginFollowing(writer.State);
        _parts.Declarations.NoteChanged();
        reading.Run(cursor);
        if (_parts.Signals.Failure is null)
        {
            reading.Finish(cursor);
        }
    }

    /// <summary>From here on the log keeps everything for the new index; everything before is in the documents' files.</summary>
    private IndexWriter Begin()
    {
        _parts.Directory.Clear();
        _parts.Signals.Forget();
        _parts.Progress.BeginBuilding();
        long from = _log.Rejoin(_follower);
        _parts.Logger.LogInformation("The index is built from the documents' files; it follows the log from commit {From} on", from);
        return _parts.Directory.Create(new IndexState(IndexState.CurrentFormat, _log.StoreId, from, from, IsBuilding: true));
    }

    /// <summary>The log goes on without the index, whose directory is emptied once the last reader has gone.</summary>
    private void GiveUp(Failure failure)
    {
        _parts.Answering = null;
        _parts.Progress.GiveUp(failure.Reason);
        _parts.History.Abandon();
        _parts.Declarations.NoteChanged();
        _log.Fail(_follower, failure.Reason);
        Task freed = _writer?.Database.Freed ?? Task.CompletedTask;
        _writer?.Dispose();
        _writer = null;
        _pause.Wait(failure, freed);
    }
}
