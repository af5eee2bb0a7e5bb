using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>What the journal has from the engine, and what it tells and asks it on the journal's threads; none of that may block or throw.</summary>
internal sealed record JournalHooks
{
    /// <summary>How its threads run and wait.</summary>
    public required IThreads Threads { get; init; }

    /// <summary>The group is written and not yet synced: make it known, invisibly. What can fail must have failed by now.</summary>
    public required Action<IReadOnlyList<Commit>> Appended { get; init; }

    /// <summary>The group is durable and published.</summary>
    public required Action<IReadOnlyList<Commit>> Published { get; init; }

    /// <summary>The journal has stopped for good: what is durable is unknown.</summary>
    public required Action<string, Exception> Failed { get; init; }

    /// <summary>There is no room for the journal to grow.</summary>
    public required Action<string> OutOfSpace { get; init; }

    /// <summary>Whether the disk is known to be full at present: then deletes may use the reserve.</summary>
    public required Func<bool> IsDiskFull { get; init; }
}
