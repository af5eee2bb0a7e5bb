using DocService.Storage.Journal.Segments;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Writing;

/// <summary>Finds a spare segment for a group that does not fit the current one. Refuses the commits for which there is none.</summary>
/// <remarks>
/// Thread: the journal's, which waits here until documents are filed, or until the keeper has made a spare.
/// Invariant: no commit waits past its <see cref="Commit.Deadline"/>, not even those that are queued behind the group.
/// </remarks>
internal sealed class JournalRoom(SegmentPool pool, SegmentKeeper keeper, SegmentChain chain, CommitQueue queue, JournalHooks hooks, long usableBytes)
{
    private readonly StoreBusyException _busy = new("The journal has no segment left: documents are filed slower than they come, or descriptors have run out.");
    private readonly List<Commit> _late = [];
    private long _uncounted; // where Mend.OneDeadline is left out: what the groups before this one have waited

    /// <summary>A spare for what is left of the group; null when nothing is left of it.</summary>
    public Spare? Find(List<Commit> group)
    {
        long started = hooks.Threads.Clock.GetTimestamp();
        Spare? spare = Await(group);
        bool isUncounted = spare is null && hooks.Threads.LeavesOut(Mend.OneDeadline);
        _uncounted = isUncounted ? _uncounted + hooks.Threads.Clock.GetTimestamp() - started : 0;
        return spare;
    }

    private Spare? Await(List<Commit> group)
    {
        bool hasAsked = false;
        while (group.Count > 0)
        {
            chain.Release(); // filing and followers advance while this waits
            bool mayGrow = chain.MayGrow(usableBytes) || group.Exists(static commit => commit.CarriedVersion != 0); // carrying forward frees segments
            if (mayGrow && pool.TryTake(SpareUse.Put) is { } spare)
            {
                return spare;
            }

            if (queue.IsClosed)
            {
                queue.ThrowIfFenced();
                Refuse(group, static _ => true, new StoreClosedException("The store is closing."));
            }
            else if (IsHopeless(group, mayGrow, hasAsked))
            {
                return FindInReserve(group);
            }
            else
            {
                RefuseLate(group);
                if (!hasAsked)
                {
                    keeper.Wake(); // the last attempt to make a spare may be long ago
                    hasAsked = true;
                }

                keeper.WaitForChange(Intervals.Moment);
            }
        }

        return null;
    }

    /// <summary>Fails those commits of the group and takes them out.</summary>
    public void Refuse(List<Commit> group, Predicate<Commit> which, StoreException error)
    {
        foreach (Commit commit in group)
        {
            if (which(commit))
            {
                Acknowledgements.SendFailure(hooks.Threads, commit, error);
            }
        }

        group.RemoveAll(which);
    }

    /// <summary>
    /// Whether the disk is full, so that waiting is of no use. Either the journal may grow and no spare can be made, or it
    /// may not grow and no segment will be released, because documents cannot be filed. Deletes make room, so they do not
    /// wait for either.
    /// </summary>
    private bool IsHopeless(List<Commit> group, bool mayGrow, bool hasAsked)
    {
        bool isFilingFull = hooks.IsFilingOutOfSpace();
        bool isDeletesOnly = group.TrueForAll(static commit => commit.IsDeletesOnly);
        return isDeletesOnly
            ? keeper.IsOutOfSpace || isFilingFull
            : mayGrow ? hasAsked && keeper.IsOutOfSpace : isFilingFull;
    }

    /// <summary>On a full disk puts are refused, and deletes may use the reserve.</summary>
    private Spare? FindInReserve(List<Commit> group)
    {
        RefuseFull(group, static commit => !commit.IsDeletesOnly, "There is no room for the journal to grow.");
        if (group.Count > 0 && pool.TryTake(SpareUse.Delete) is { } reserved)
        {
            return reserved;
        }

        RefuseFull(group, static _ => true, "There is no room for the journal to grow, and its reserve is used up.");
        return null;
    }

    private void RefuseFull(List<Commit> group, Predicate<Commit> which, string reason)
    {
        if (group.Exists(which))
        {
            hooks.OutOfSpace(reason);
            Refuse(group, which, new OutOfSpaceException(reason));
        }
    }

    /// <summary>
    /// Refuses the commits that have waited too long, in the group and behind it. They are told that the journal is busy,
    /// because the disk is not known to be full. All memory is taken before the first of them leaves the queue.
    /// </summary>
    private void RefuseLate(List<Commit> group)
    {
        long now = hooks.Threads.Clock.GetTimestamp() - _uncounted;
        Predicate<Commit> isLate = commit => commit.Deadline <= now;
        bool isTakenForFull = hooks.Threads.LeavesOut(Mend.BusyIsNotFull);
        if (!hooks.Threads.LeavesOut(Mend.OneDeadline))
        {
            queue.TakeLate(now, _late);
        }

        if (isTakenForFull && (_late.Count > 0 || group.Exists(isLate)))
        {
            hooks.OutOfSpace(_busy.Message);
        }

        Refuse(_late, static _ => true, _busy);
        Refuse(group, isLate, _busy);
    }
}
