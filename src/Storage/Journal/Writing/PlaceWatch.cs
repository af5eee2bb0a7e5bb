using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Writing;

/// <summary>Whether directory and segments are still in their places. A removed file can be written and synced, but nobody will find it.</summary>
/// <remarks>Owns: when it last looked. Thread: the journal's.</remarks>
internal sealed class PlaceWatch(SegmentChain chain, JournalHooks hooks)
{
    /// <summary>
    /// How long a look is valid. So a group is acknowledged within half a second of a look; the limit that is promised is one
    /// second.
    /// </summary>
    private static readonly TimeSpan ValidFor = TimeSpan.FromMilliseconds(500);

    private long _lookedAt = hooks.Threads.Clock.GetTimestamp();

    /// <exception cref="StorageFaultException">The directory or a segment is not in its place.</exception>
    /// <exception cref="OutOfMemoryException">It is not known.</exception>
    public void Look()
    {
        hooks.ThrowIfGone();
        chain.ThrowIfGone();
        _lookedAt = hooks.Threads.Clock.GetTimestamp();
    }

    /// <summary>Looks unless the last look is still valid.</summary>
    public void LookIfStale()
    {
        if (hooks.Threads.Clock.GetElapsedTime(_lookedAt) >= ValidFor)
        {
            Look();
        }
    }

    /// <summary>
    /// The same after a sync. Without memory it is not known that anything is gone; to tell what is gone needs none. The next
    /// group is not written before a look.
    /// </summary>
    public void LookAgainIfStale()
    {
        try
        {
            LookIfStale();
        }
        catch (OutOfMemoryException)
        {
            // As with any other look that fails.
        }
    }
}
