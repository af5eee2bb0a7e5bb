using DocService.Storage.Clock;
using DocService.Storage.Followers;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Following;

/// <summary>The followers of a store beside its filer: how far the slowest has come, and who is let go.</summary>
/// <remarks>
/// Owns: who follows at present. Thread: any; <see cref="FollowedThrough"/> mostly the journal's.
/// Invariant: a follower counts from the opening, or from <see cref="Rejoin"/>, until it is let go; what it counts never decreases.
/// </remarks>
internal sealed class FollowerSet : ICommitLog, IDisposable
{
    private readonly Entry[] _entries;
    private readonly JournalWriter _journal;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ITimer? _timer;

    /// <param name="followers">Who reads the log.</param>
    /// <param name="journal">The log.</param>
    /// <param name="patience">How long a segment waits for a derived follower before it is let go.</param>
    /// <param name="clock">For that.</param>
    /// <param name="logger">Where it is told.</param>
    public FollowerSet(IReadOnlyList<IFollower> followers, JournalWriter journal, TimeSpan patience, TimeProvider clock, ILogger logger)
    {
        _entries = [.. followers.Select(follower => new Entry(follower))];
        _journal = journal;
        _patience = patience;
        _clock = clock;
        _logger = logger;
        if (_entries.Length > 0)
        {
            journal.Marks.FollowedThrough = FollowedThrough;
            _timer = clock.CreateTimer(_ => Look(), null, Intervals.Watch, Intervals.Watch);
        }
    }

    /// <summary>Makes them ready, and tells the least position that is durable with one of them; the largest number when there are none.</summary>
    public static long LeastPosition(IReadOnlyList<IFollower> followers)
    {
        foreach (IFollower follower in followers)
        {
            follower.Prepare();
        }

        return followers.Select(follower => follower.DurablePosition).DefaultIfEmpty(long.MaxValue).Min();
    }

    public required Guid StoreId { get; init; }

    public required IFiledDocuments Documents { get; init; }

    public required StoreTime Time { get; init; }

    public long DurableThrough => _journal.Marks.DurableThrough;

    public long FiledThrough => _journal.Marks.FiledThrough;

    /// <summary>Once the journal runs.</summary>
    public void Start()
    {
        foreach (Entry entry in _entries)
        {
            entry.Follower.Start(this);
        }
    }

    public ICommitCursor OpenCursor(long after) => new JournalCursor(_journal.Segments, _journal.Marks, after);

    public Task WaitForCommitsAsync(long after, CancellationToken cancellation) => _journal.Published.WaitAsync(after, cancellation);

    public void NoteDurable(IFollower follower) => _journal.NoteSettled();

    public void Fail(IFollower follower, string reason)
    {
        Entry entry = Find(follower);
        if (!follower.IsDerived)
        {
            throw new ArgumentException("Only a derived follower can be let go.", nameof(follower));
        }

        LetGo(entry, reason);
    }

    public long Rejoin(IFollower follower)
    {
        Entry entry = Find(follower);
        lock (entry)
        {
            entry.Floor = FiledThrough; // nothing above it is released: what is not filed is not settled
            entry.IsCounted = true;
            entry.LateSince = null;
            return entry.Floor;
        }
    }

    /// <summary>The filer goes on; no follower reads the log any more.</summary>
    public void Stop()
    {
        _timer?.Dispose();
        foreach (Entry entry in _entries)
        {
            entry.Follower.StopFollowing();
        }
    }

    public void Dispose() => Stop();

    private long FollowedThrough()
    {
        long through = long.MaxValue;
        foreach (Entry entry in _entries)
        {
            lock (entry)
            {
                through = Math.Min(through, entry.Through);
            }
        }

        return through;
    }

    /// <summary>On a timer's thread, where an exception would end the process: the next look does what this one could not.</summary>
    private void Look()
    {
        try
        {
            LetGoOfTheLate();
        }
        catch (OutOfMemoryException)
        {
            // There is none for a line of the log either.
        }
        catch (Exception exception)
        {
            _logger.LogWarning("A look for late followers ended early: {Reason}", exception.Message);
        }
    }

    private void LetGoOfTheLate()
    {
        long awaited = _journal.AwaitedThrough;
        foreach (Entry entry in _entries)
        {
            Tell(entry);
            if (IsLate(entry, awaited))
            {
                LetGo(entry, $"it did not become durable through commit {awaited} within {_patience.TotalSeconds} s, and the journal waited for it");
            }
        }
    }

    private bool IsLate(Entry entry, long awaited)
    {
        long through;
        lock (entry)
        {
            through = entry.Through;
            if (awaited <= through || (entry.LateSince is not null && through > entry.LateAt))
            {
                entry.LateSince = null; // nothing waits for it, or it has advanced meanwhile
            }

            if (awaited <= through)
            {
                return false;
            }

            entry.LateAt = through;
            if (entry.LateSince is { } since)
            {
                return entry.Follower.IsDerived && _clock.GetElapsedTime(since) >= _patience;
            }

            entry.LateSince = _clock.GetTimestamp();
        }

        entry.Follower.Hurry(awaited);
        return false;
    }

    private void LetGo(Entry entry, string reason)
    {
        lock (entry)
        {
            if (!entry.IsCounted)
            {
                return;
            }

            entry.IsCounted = false;
            entry.Untold = reason;
        }

        Tell(entry);
    }

    /// <summary>If this fails, the next look tells it once more: a follower that does not know would never be made anew.</summary>
    private void Tell(Entry entry)
    {
        if (Interlocked.Exchange(ref entry.Untold, null) is not { } reason)
        {
            return;
        }

        try
        {
            _logger.LogWarning("{Follower} is let go (the log goes on without it) and must be made anew: {Reason}", entry.Follower.Name, reason);
            entry.Follower.LetGo(reason);
        }
        catch
        {
            entry.Untold = reason;
            throw;
        }

        _journal.NoteSettled();
    }

    private Entry Find(IFollower follower) =>
        Array.Find(_entries, entry => entry.Follower == follower) ?? throw new ArgumentException("It does not follow this store.", nameof(follower));

    /// <summary>Guarded by itself.</summary>
    private sealed class Entry(IFollower follower)
    {
        /// <summary>Why it was let go, as long as it has not been told. Exchanged: it is told once.</summary>
        public string? Untold;

        public IFollower Follower { get; } = follower;

        public bool IsCounted { get; set; } = true;

        /// <summary>It counts as having at least this. Everything up to here is in the documents' files, from which it is made anew.</summary>
        public long Floor { get; set; }

        public long? LateSince { get; set; }

        public long LateAt { get; set; }

        public long Through => IsCounted ? Math.Max(Floor, Follower.DurablePosition) : long.MaxValue;
    }
}
