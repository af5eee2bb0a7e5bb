using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Journal.Segments;

/// <summary>Finds a spare for a group that does not fit the current segment, and refuses the commits that cannot have one.</summary>
/// <remarks>Thread: the journal's. Waits within a limit: until documents are filed, or until the keeper has made a spare.</remarks>
internal sealed class JournalRoom(SegmentPool pool, SegmentKeeper keeper, SegmentChain chain, CommitQueue queue, JournalHooks hooks, JournalLimits limits)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>A spare for what is left of the group; null when nothing is left of it.</summary>
    public Spare? Find(List<Commit> group)
    {
        if (WaitForSpare(group) is { } spare)
        {
            return spare;
        }

        if (queue.IsClosed)
        {
            Refuse(group, _ => true, new StoreClosedException("The store is closing."));
            return null;
        }

        // Deletes make room, so they reach deeper; but only where room is what is missing.
        bool isFull = IsDiskFull;
        StoreException error = isFull
            ? NoRoom("There is no room for the journal to grow.")
            : new StoreBusyException("The journal has no segment left: documents are filed slower than they come, or descriptors have run out.");
        Refuse(group, commit => !isFull || !commit.IsDeletesOnly, error);
        if (group.Count > 0 && pool.TryTake(SpareUse.Delete) is { } reserved)
        {
            return reserved;
        }

        Refuse(group, _ => true, NoRoom("There is no room for the journal to grow, and its reserve is used up."));
        return null;
    }

    private OutOfSpaceException NoRoom(string reason)
    {
        hooks.OutOfSpace(reason);
        return new OutOfSpaceException(reason);
    }

    /// <summary>Fails those commits of the group and takes them out.</summary>
    public void Refuse(List<Commit> group, Predicate<Commit> which, StoreException error)
    {
        foreach (Commit commit in group.FindAll(which))
        {
            commit.Fail(error);
        }

        Acknowledgements.Send(hooks.Threads, group, which);
        group.RemoveAll(which);
    }

    private bool IsDiskFull => keeper.Obstacle == SpareObstacle.Space || hooks.IsDiskFull();

    private Spare? WaitForSpare(List<Commit> group)
    {
        TimeProvider clock = hooks.Threads.Clock;
        long started = clock.GetTimestamp();
        bool isDeletesOnly = group.TrueForAll(commit => commit.IsDeletesOnly);
        bool hasAsked = false;
        while (true)
        {
            chain.Release(); // filing and followers go on meanwhile
            bool mayGrow = chain.MayGrow(limits.UsableBytes);
            if (mayGrow && pool.TryTake(SpareUse.Put) is { } spare)
            {
                return spare;
            }

            // On a full disk nothing is filed, so nothing comes free, and deletes must not wait behind puts for that.
            bool isHopeless = IsDiskFull && (isDeletesOnly || !mayGrow);
            if (isHopeless || queue.IsClosed || clock.GetElapsedTime(started) > limits.RoomTimeout)
            {
                return null;
            }

            if (!hasAsked)
            {
                // That no spare could be made was perhaps long ago.
                keeper.Wake();
                hasAsked = true;
            }
            else if (mayGrow && keeper.Obstacle != SpareObstacle.None)
            {
                return null;
            }

            keeper.WaitForChange(Look);
        }
    }
}
