using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Writing;

/// <summary>When the next seal is due.</summary>
/// <remarks>Owns: when the journal was last synced. Thread: the journal's.</remarks>
internal sealed class SealRhythm(SegmentChain chain, TimeSpan sealAfter, TimeProvider clock)
{
    private long _since = clock.GetTimestamp(); // the last sync, or the last time that a seal could not be written
    private bool _isBlocked;

    /// <summary>
    /// The quiet time that must still pass before a seal. It is zero when an older segment is filed to its end: only a seal
    /// lets it be released, and writers may be waiting for its room.
    /// </summary>
    public TimeSpan Left
    {
        get
        {
            if (!chain.NeedsSeal)
            {
                return Timeout.InfiniteTimeSpan;
            }

            bool isUrgent = !_isBlocked && chain.IsReleaseDue;
            TimeSpan left = sealAfter - clock.GetElapsedTime(_since);
            return isUrgent || left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    public void NoteSynced(long now) => (_since, _isBlocked) = (now, false);

    /// <summary>There is no room or no memory for one: it is tried again after the next quiet time.</summary>
    public void NoteBlocked() => (_since, _isBlocked) = (clock.GetTimestamp(), true);
}
