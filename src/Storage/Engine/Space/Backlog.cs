using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Space;

/// <summary>How much is published and not yet filed.</summary>
/// <remarks>Owns nothing. Thread: any.</remarks>
/// <param name="journal">Whose bytes count.</param>
/// <param name="operations">Operations published and not yet filed.</param>
/// <param name="limits">Where it is full.</param>
internal sealed class Backlog(JournalWriter journal, Func<int> operations, BacklogLimits limits)
{
    /// <summary>Fill from which on filing takes all of the time, and writers are slowed.</summary>
    public const double SlowFrom = 0.5;

    /// <summary>A segment with less than this part left counts as full.</summary>
    private const int RoomShare = 4;

    /// <summary>How full the journal is: 0 empty, 1 at its limit of bytes or operations, whichever is nearer.</summary>
    public double Fill => Math.Max((double)journal.UsedBytes / limits.JournalBytes, (double)Operations / limits.OperationsMax);

    /// <summary>
    /// Whether writers must wait for documents to be filed: when too many operations wait, or when the journal is at its
    /// limit. There is one exception to the limit, for a start after a crash with a full journal. It begins a new segment,
    /// and that segment is used first. Recovery may have written the log's tail into one more. So the exception ends two
    /// segments above the limit.
    /// </summary>
    public bool IsFull
    {
        get
        {
            long over = journal.UsedBytes - limits.JournalBytes;
            bool hasRoom = journal.RoomBytes >= limits.SegmentBytes / RoomShare && over < 2 * limits.SegmentBytes;
            return Operations >= limits.OperationsMax || (over >= 0 && !hasRoom);
        }
    }

    /// <summary>Operations published and not yet filed, superseded versions included.</summary>
    public int Operations => operations();
}

/// <summary>Where the backlog ends.</summary>
/// <param name="JournalBytes">Bytes of unfiled segments.</param>
/// <param name="SegmentBytes">Bytes of one.</param>
/// <param name="OperationsMax">Unfiled operations.</param>
internal readonly record struct BacklogLimits(long JournalBytes, long SegmentBytes, int OperationsMax);
