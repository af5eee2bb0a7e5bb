using System.Security.Cryptography;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Segments;

/// <summary>The spare files of the journal's directory, and the way from a spare to a segment.</summary>
/// <remarks>
/// Owns: the spares. Thread: any; the disk work of preparing and recycling is done by <see cref="SegmentKeeper"/>.
/// Invariants: a name <c>spare-N</c> says that the file's blocks are synced; a file becomes a segment by a synced
/// header, a rename and a sync of the directory, in this order. A released segment becomes a spare, so the next burst finds
/// its zeros written. Spares beyond the least number are removed when a write finds the disk full.
/// </remarks>
internal sealed class SegmentPool(IDirectory directory, Guid storeId, SegmentSizes sizes, IThreads threads) : IDisposable
{
    private const int ZeroBytes = 2 * 1024 * 1024;

    private static readonly byte[] Zeros = new byte[ZeroBytes];

    private readonly NewestMark _newest = new(directory);
    private readonly SyncedDirectory _names = new(directory, threads); // the directory's owner disposes it
    private readonly byte[] _headerBlock = new byte[JournalFormat.BlockBytes]; // the journal's thread has it: memory that is there cannot run out
    private readonly StorageFaultException _gone = new("A segment of the journal was removed, renamed or replaced.");
    private readonly Lock _gate = new();
    private readonly Stack<Spare> _spares = new(sizes.SparesMax + 1);
    private long _lastNumber;
    private long _lastSpare;

    public long SegmentBytes => sizes.SegmentBytes;

    /// <summary>Told in every header that is made.</summary>
    public Guid StoreId => storeId;

    /// <summary>Told beside it: see <see cref="SegmentHeader.PreviousStoreId"/>.</summary>
    public Guid PreviousStoreId { get; init; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _spares.Count;
            }
        }
    }

    /// <summary>Whether there are fewer spares than the least number.</summary>
    public bool NeedsMore => Count < sizes.SparesMin;

    /// <summary>Bytes of the spares beyond the least number.</summary>
    public long SurplusBytes => Math.Max(0, Count - sizes.SparesMin) * sizes.SegmentBytes;

    /// <summary>Removes unfinished files, takes up the spares, and returns the names of the segments. At open, once. What has another name is somebody else's.</summary>
    public IReadOnlyList<string> TakeUp()
    {
        var segments = new List<string>();
        IReadOnlyList<string> names = directory.List();
        _newest.TakeUp(names);
        _lastNumber = NewestMark.Find(names); // no number is given out twice, not even that of a segment that is gone
        foreach (string name in names)
        {
            if (Segment.TryParseName(name) is { } number)
            {
                segments.Add(name);
                _lastNumber = Math.Max(_lastNumber, number);
            }
            else if (Spare.TryParseName(name, out bool isUnfinished) is { } spare && directory.GetKind(name) == EntryKind.File)
            {
                _lastSpare = Math.Max(_lastSpare, spare);
                if (isUnfinished)
                {
                    directory.TryUnlink(name);
                }
                else
                {
                    TakeUpSpare(name);
                }
            }
        }

        return segments;
    }

    /// <summary>Whether that use would get a spare.</summary>
    public bool HasSpareFor(SpareUse use) => Count > LeftBy(use);

    /// <summary>A spare, or null if that use may not take one of those that are left.</summary>
    public Spare? TryTake(SpareUse use)
    {
        lock (_gate)
        {
            return _spares.Count > LeftBy(use) ? _spares.Pop() : null;
        }
    }

    /// <summary>A spare, made on the spot when there is none. For opening, before anything is served.</summary>
    /// <exception cref="FileSystemException">No room for it.</exception>
    public Spare TakeOrPrepare(long bytesMin)
    {
        Spare? spare = bytesMin <= sizes.SegmentBytes ? TryTake(SpareUse.Recovery) : null;
        return spare ?? Prepare(Math.Max(sizes.SegmentBytes, JournalFormat.BlockAlign(bytesMin)));
    }

    /// <summary>Adds one spare of the usual size. Blocks for as long as the zeros take.</summary>
    /// <exception cref="FileSystemException">It could not be made; nothing is left behind.</exception>
    public void Add() => Put(Prepare(sizes.SegmentBytes));

    /// <summary>Makes what is missing of the spares, as far as there is room. For opening.</summary>
    public void AddMissing()
    {
        try
        {
            while (NeedsMore && HasRoom())
            {
                Add();
            }
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            // The store opens with what it has; the keeper goes on trying.
        }
    }

    /// <summary>Whether one more spare would fit. Asked first, so that a nearly full disk is not filled with zeros to find out.</summary>
    public bool HasRoom()
    {
        FreeSpace free = directory.GetFreeSpace();
        return free.Bytes > sizes.SegmentBytes + ZeroBytes && free.Inodes > 0;
    }

    /// <summary>A write found the disk full: removes the spares beyond the least number.</summary>
    public void DropSurplus()
    {
        while (true)
        {
            Spare spare;
            lock (_gate)
            {
                if (_spares.Count <= sizes.SparesMin)
                {
                    return;
                }

                spare = _spares.Pop();
            }

            spare.File.Dispose();
            DropLeftover(spare.Name);
        }
    }

    /// <summary>Turns a released segment into a spare. One of another size, or more than the journal may have, is removed.</summary>
    /// <exception cref="FileSystemException">Unknown what the directory holds.</exception>
    /// <exception cref="OutOfMemoryException">Nothing has been done, and the segment is still the caller's.</exception>
    public void Recycle(Segment segment)
    {
        if (segment.Header.SizeBytes != sizes.SegmentBytes || Count >= sizes.SparesMax)
        {
            directory.TryUnlink(segment.Name);
            segment.Dispose();
            return;
        }

        var spare = new Spare(NextSpareName(), segment.File, sizes.SegmentBytes);
        bool isRenamed = false;
        try
        {
            directory.Rename(segment.Name, directory, spare.Name);
            isRenamed = true;

            // Without this sync, starts that are cut off again and again would use up the spares of a full disk.
            _names.Sync();
        }
        catch (Exception exception) when (isRenamed || exception is not OutOfMemoryException)
        {
            segment.Dispose();
            throw;
        }

        Put(spare);
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
            _names.Sync();
        }
        catch
        {
            spare.File.Dispose();
            throw;
        }

        _newest.Note(segment.Header.Number);
    }

    /// <summary>The spare is not used after all. Needs no memory: its place is still there.</summary>
    public void GiveBack(Spare spare) => Put(spare);

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
            Created = threads.Clock.GetUtcNow().UtcDateTime,
            PreviousStoreId = PreviousStoreId,
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

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Spare spare in _spares)
            {
                spare.File.Dispose();
            }

            _spares.Clear();
        }
    }

    private int LeftBy(SpareUse use) => use switch
    {
        SpareUse.Put => sizes.Reserve + SegmentSizes.ForRecovery,
        SpareUse.Delete => SegmentSizes.ForRecovery,
        _ => 0,
    };

    /// <summary>Takes a spare up. It is removed if it was made for another segment size or a larger journal.</summary>
    private void TakeUpSpare(string name)
    {
        IFile? file = directory.TryOpen(name, FileAccess.ReadWrite);
        try
        {
            if (file is not null && Count < sizes.SparesMax && file.GetLength() == sizes.SegmentBytes)
            {
                Put(new Spare(name, file, sizes.SegmentBytes));
                file = null;
            }
            else
            {
                directory.TryUnlink(name);
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private Spare Prepare(long bytes)
    {
        string name = NextSpareName();
        string temp = Spare.UnfinishedNameOf(name);
        IFile file = directory.Create(temp);
        try
        {
            var spare = new Spare(name, file, bytes); // first: memory that ran out behind the rename would leave a file that nobody knows

            // Real zeros, because blocks that are reserved and unwritten would make every later sync commit metadata too.
            // Synced piece by piece, because tens of megabytes at once would hold up the journal's own syncs.
            for (long offset = 0; offset < bytes; offset += Zeros.Length)
            {
                file.Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, bytes - offset)), offset);
                file.Sync();
            }

            directory.Rename(temp, directory, name);
            _names.Sync(); // after a power cut on a full disk there is no making another
            return spare;
        }
        catch
        {
            file.Dispose();
            DropLeftover(temp);
            throw;
        }
    }

    /// <summary>Removes what a failed attempt left. A failure here must not hide that one.</summary>
    private void DropLeftover(string name)
    {
        try
        {
            directory.TryUnlink(name);
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // The next start removes it, or takes it up as a spare.
        }
    }

    private string NextSpareName() => Spare.NameOf(Interlocked.Increment(ref _lastSpare));

    private void Put(Spare spare)
    {
        lock (_gate)
        {
            _spares.Push(spare);
        }
    }
}
