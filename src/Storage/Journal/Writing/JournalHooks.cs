using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>What the engine gives the journal, and what the journal calls in the engine. The calls come on the journal's thread. None may block, and only two may throw.</summary>
internal sealed record JournalHooks
{
    /// <summary>How its threads run and wait.</summary>
    public required IThreads Threads { get; init; }

    /// <summary>The group is about to be written: takes all memory that the next two need. Throws where there is none.</summary>
    public required Action<List<Commit>> Expect { get; init; }

    /// <summary>The group is written and not yet synced: make it known, invisibly. What can fail must have failed by now.</summary>
    public required Action<List<Commit>> Appended { get; init; }

    /// <summary>The group is durable and published.</summary>
    public required Action<List<Commit>> Published { get; init; }

    /// <summary>Throws when the data directory is no longer where it was: then nothing more may be acknowledged.</summary>
    public required Action ThrowIfGone { get; init; }

    /// <summary>The journal has stopped for good: what is durable is unknown. Gets what cannot be done any more, and why. There may be no memory.</summary>
    public required Action<string, Exception> Failed { get; init; }

    /// <summary>There is no room for the journal to grow, or was none for a group.</summary>
    public required Action<string> OutOfSpace { get; init; }

    /// <summary>Whether documents cannot be filed for lack of room. Then waiting frees no segment.</summary>
    public required Func<bool> IsFilingOutOfSpace { get; init; }
}
