namespace DocService.Patches;

/// <summary>What the patches of one commit may make together: a commit has to fit a segment of the journal.</summary>
/// <remarks>Thread: one at a time.</remarks>
/// <param name="bytes">All that the commit may hold.</param>
/// <param name="taken">What it holds beside what patches make.</param>
public sealed class PatchRoom(long bytes, long taken)
{
    private long _free = bytes - taken;

    /// <summary>All that the commit may hold.</summary>
    public long Bytes { get; } = bytes;

    internal bool TryTake(long count)
    {
        _free -= count;
        return _free >= 0;
    }
}
