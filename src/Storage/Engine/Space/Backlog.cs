using DocService.Storage.Engine.Filing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Space;

/// <summary>How much is published and not yet filed, and whether there will be room for it on the disk.</summary>
/// <remarks>
/// Owns: the charges. Thread: any.
/// A commit is charged what its files will take when they are made: whole blocks, an inode, the old file still there.
/// </remarks>
internal sealed class Backlog(JournalWriter journal, FilingQueue queue, IDirectory volume, StoreHealth health, BacklogLimits limits, TimeProvider clock)
{
    /// <summary>Kept free beyond the charges: directories grow, and others use the disk too.</summary>
    private const long MarginBytes = 2 * 1024 * 1024;
    private const long MarginInodes = 64;

    private const long BlockBytes = 4096;

    /// <summary>The part of a segment that is left where it counts as nearly full.</summary>
    private const int RoomShare = 4;
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(100);

    private long _charged;
    private long _freeBytes = long.MaxValue;
    private long _freeInodes = long.MaxValue;
    private long _lookedAt = long.MinValue;

    /// <summary>How full the journal is: 0 empty, 1 at its limit of bytes or documents, whichever is nearer.</summary>
    public double Fill => Math.Max((double)journal.UsedBytes / limits.JournalBytes, (double)queue.Count / limits.DocumentsMax);

    /// <summary>
    /// Whether writers have to wait for documents to be filed: too many wait for that, or the journal is at its limit and
    /// its current segment nearly full as well. After a crash with a full journal that is a new one, which has room; it is
    /// used at first, not at each of many crashes. Recovery may have written the log's tail into one more.
    /// </summary>
    public bool IsFull
    {
        get
        {
            long over = journal.UsedBytes - limits.JournalBytes;
            bool hasRoom = journal.RoomBytes >= limits.SegmentBytes / RoomShare && over < 2 * limits.SegmentBytes;
            return queue.Count >= limits.DocumentsMax || (over >= 0 && !hasRoom);
        }
    }

    /// <summary>Documents published and not yet filed, superseded versions included.</summary>
    public int Documents => queue.Count;

    /// <summary>Bytes of the disk that are promised to documents not yet filed, or to commits under way.</summary>
    public long ChargedBytes => Interlocked.Read(ref _charged);

    /// <summary>What filing an operation will take of the disk.</summary>
    public static long CostOf(OperationKind kind, int operationBytes) =>
        kind == OperationKind.Delete ? 0 : ((operationBytes + BlockBytes - 1) / BlockBytes * BlockBytes) + BlockBytes;

    /// <summary>Refuses what there would be no room for.</summary>
    /// <exception cref="OutOfSpaceException">Nothing has been done.</exception>
    public void ThrowIfNoRoom(long cost)
    {
        if (cost == 0)
        {
            return;
        }

        LookIfStale();
        if (!Fits(cost))
        {
            Look(); // nobody is refused over what was true a moment ago
        }

        if (Fits(cost))
        {
            health.MarkSpaceAvailable();
        }
        else
        {
            string reason = $"{Math.Max(0, Volatile.Read(ref _freeBytes))} bytes and {Volatile.Read(ref _freeInodes)} inodes are free, {ChargedBytes} bytes are promised to documents not yet filed";
            health.MarkOutOfSpace(reason);
            throw new OutOfSpaceException($"There is no room for the document: {reason}.");
        }
    }

    /// <summary>Whether so much would fit beside what is promised.</summary>
    public bool HasRoom(long cost)
    {
        LookIfStale();
        return Fits(cost);
    }

    /// <summary>Whether there would be room for what is promised twice over: then nobody is refused while filing takes its time.</summary>
    public bool HasRoomToSpare =>
        HasRoom(ChargedBytes) && Volatile.Read(ref _freeInodes) / 2 - queue.Count >= MarginInodes;

    private bool Fits(long cost) =>
        Volatile.Read(ref _freeBytes) - ChargedBytes - cost >= MarginBytes
            && Volatile.Read(ref _freeInodes) - queue.Count >= MarginInodes;

    public void Charge(long cost) => Interlocked.Add(ref _charged, cost);

    /// <summary>The documents are filed, or never will be.</summary>
    public void Settle(long cost) => Interlocked.Add(ref _charged, -cost);

    private void Look()
    {
        try
        {
            VolumeInfo info = volume.GetVolumeInfo();
            Volatile.Write(ref _freeBytes, info.FreeBytes);
            Volatile.Write(ref _freeInodes, info.FreeInodes);
        }
        catch (FileSystemException)
        {
            // What was free a moment ago is the best guess; the writes themselves find out.
        }
    }

    private void LookIfStale()
    {
        long now = clock.GetTimestamp();
        long looked = Volatile.Read(ref _lookedAt);
        if (looked != long.MinValue && clock.GetElapsedTime(looked, now) < FreshFor)
        {
            return;
        }

        if (Interlocked.CompareExchange(ref _lookedAt, now, looked) == looked)
        {
            Look();
        }
    }
}

/// <summary>Where the backlog ends.</summary>
/// <param name="JournalBytes">Bytes of unfiled segments.</param>
/// <param name="SegmentBytes">Bytes of one.</param>
/// <param name="DocumentsMax">Unfiled documents.</param>
internal readonly record struct BacklogLimits(long JournalBytes, long SegmentBytes, int DocumentsMax);
