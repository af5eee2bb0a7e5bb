using System.Security.Cryptography;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Journal.Segments;

/// <summary>Makes segments of spares, and the numbers for them. Looks whether a segment still has its name.</summary>
/// <remarks>
/// Owns: the last number of a segment, the mark of the newest. Thread: the one that opens, then the journal's.
/// Invariant: a file becomes a segment by a synced header, a rename and a sync of the directory, in this order.
/// </remarks>
/// <param name="directory">The journal's.</param>
/// <param name="names">The same, for syncs of its names.</param>
/// <param name="storeId">Told in every header that is made.</param>
/// <param name="previousStoreId">Told beside it: see <see cref="SegmentHeader.PreviousStoreId"/>.</param>
/// <param name="clock">Dates the headers.</param>
internal sealed class SegmentFactory(IDirectory directory, SyncedDirectory names, Guid storeId, Guid previousStoreId, TimeProvider clock)
{
    private readonly NewestMark _newest = new(directory);
    private readonly byte[] _headerBlock = new byte[JournalFormat.BlockBytes]; // the journal's thread has it: memory that is there cannot run out
    private readonly StorageFaultException _gone = new("A segment of the journal was removed, renamed or replaced.");
    private long _lastNumber;

    /// <summary>Told in every header that is made.</summary>
    public Guid StoreId => storeId;

    /// <summary>The names of segments among those of the directory. At open, once.</summary>
    public IReadOnlyList<string> TakeUp(IReadOnlyList<string> found)
    {
        _newest.TakeUp(found);
        _lastNumber = NewestMark.Find(found); // no number is given out twice, not even that of a segment that is gone
        var segments = new List<string>();
        foreach (string name in found)
        {
            if (Segment.TryParseName(name) is { } number)
            {
                segments.Add(name);
                _lastNumber = Math.Max(_lastNumber, number);
            }
        }

        return segments;
    }

    /// <summary>
    /// Makes the spare the next segment: header, sync, final name, sync of the directory. Content that the caller has
    /// written behind the header's block becomes durable with it.
    /// </summary>
    /// <exception cref="FileSystemException">Unknown whether the segment exists.</exception>
    public Segment Begin(Spare spare, long startsAfter, long firstSequence, long durableThrough, long filedThrough) =>
        Begin(spare, NewHeader(spare.SizeBytes, startsAfter, firstSequence, durableThrough, filedThrough));

    /// <summary>As the other, with a header made before.</summary>
    public Segment Begin(Spare spare, SegmentHeader header)
    {
        var segment = new Segment(header, spare.File);
        Begin(spare, segment);
        return segment;
    }

    /// <summary>As the others, with a segment made before. Takes no memory.</summary>
    public void Begin(Spare spare, Segment segment)
    {
        byte[] block = _headerBlock;
        segment.Header.Write(block);
        try
        {
            spare.File.Write(block, 0);
            spare.File.Sync();
            directory.Rename(spare.Name, directory, segment.Name);
            names.Sync();
        }
        catch
        {
            spare.File.Dispose();
            throw;
        }

        _newest.Note(segment.Header.Number);
    }

    public SegmentHeader NewHeader(long sizeBytes, long startsAfter, long firstSequence, long durableThrough, long filedThrough)
    {
        Span<byte> salt = stackalloc byte[8];
        RandomNumberGenerator.Fill(salt);
        return new SegmentHeader
        {
            StoreId = storeId,
            Salt = BitConverter.ToUInt64(salt),
            SizeBytes = sizeBytes,
            StartsAfter = startsAfter,
            FirstSequence = firstSequence,
            DurableThrough = durableThrough,
            FiledThrough = filedThrough,
            Created = clock.GetUtcNow().UtcDateTime,
            PreviousStoreId = previousStoreId,
            Number = Interlocked.Increment(ref _lastNumber), // last: the date may lack memory
        };
    }

    /// <exception cref="StorageFaultException">The segment's name leads to another file, or nowhere.</exception>
    public void ThrowIfGone(Segment segment)
    {
        bool isGone;
        try
        {
            isGone = directory.TryGetIdentity(segment.Name) != segment.File.GetIdentity();
        }
        catch (FileSystemException)
        {
            isGone = false; // not known to be gone; if the disk fails, its syncs show it
        }

        if (isGone)
        {
            throw Gone(segment.Name);
        }
    }

    /// <summary>Where there is no memory for the name, it is told without it: lack of memory must not hide that a segment is gone.</summary>
    private StorageFaultException Gone(string name)
    {
        try
        {
            return new StorageFaultException($"{directory.Path}/{name} is no longer the segment that this store has open: it was removed, renamed or replaced.");
        }
        catch (OutOfMemoryException)
        {
            return _gone;
        }
    }
}
