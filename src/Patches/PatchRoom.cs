namespace DocService.Patches;

/// <summary>What the patches of one commit may make and do together: a commit has to fit a segment, and holds locks meanwhile.</summary>
/// <remarks>Thread: one at a time.</remarks>
public sealed class PatchRoom
{
    /// <summary>
    /// All patches of a commit read so many times the longest document in all. Each operation of a JSON Patch looks for its place
    /// from the document's beginning, so a thousand of them on a document of 16 MiB would hold its lock for a minute.
    /// </summary>
    private const int WorkShare = 64;

    /// <summary>Where documents are shorter than this, as much work is allowed as if they were not.</summary>
    private const long SmallBytes = 1L << 20;

    /// <summary>To copy takes so much less time than to read.</summary>
    private const int CopiesOfARead = 16;

    private long _free;
    private long _work;

    /// <param name="bytes">All that the commit may hold.</param>
    /// <param name="taken">What it holds beside what patches make.</param>
    /// <param name="limits">Of each document.</param>
    public PatchRoom(long bytes, long taken, PatchLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Bytes = bytes;
        _free = bytes - taken;
        _work = WorkShare * Math.Max(limits.BytesMax, SmallBytes);
    }

    /// <summary>All that the commit may hold.</summary>
    public long Bytes { get; }

    /// <summary>Nothing more can be made or done.</summary>
    internal bool IsUsedUp => _free < 0 || _work < 0;

    internal bool TryTake(long count)
    {
        _free -= count;
        return _free >= 0;
    }

    internal void NoteRead(long bytes) => _work -= bytes;

    internal void NoteCopied(long bytes) => _work -= bytes / CopiesOfARead;
}
