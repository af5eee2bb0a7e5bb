using System.Globalization;
using System.Security.Cryptography;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Journal.Segments;

/// <summary>The spare files of the journal's directory, and the way from a spare to a segment.</summary>
/// <remarks>
/// Owns: the spares. Thread: any; the disk work of preparing and recycling is done by <see cref="SegmentKeeper"/>.
/// Invariants: a name <c>spare-N</c> says that the file's blocks are synced; a file becomes a segment by a synced
/// header, a rename and a sync of the directory, in this order.
/// </remarks>
internal sealed class SegmentPool(IDirectory directory, Guid storeId, long segmentBytes, int reserve, TimeProvider clock) : IDisposable
{
    private const string SparePrefix = "spare-";
    private const string TempSuffix = ".tmp";
    private const int ZeroBytes = 2 * 1024 * 1024;

    /// <summary>What an opening may need on a full disk: one segment for the tail written anew, one to go on in.</summary>
    public const int RecoverySpares = 2;

    /// <summary>Room for so many more segments is plenty: 8 GiB with those of the usual size.</summary>
    private const int PlentySegments = 128;

    private readonly NewestMark _newest = new(directory);
    private readonly Lock _gate = new();
    private readonly Stack<Spare> _spares = new();
    private long _lastNumber;
    private long _lastSpare;
    private volatile bool _hasSyncFailed;

    public long SegmentBytes => segmentBytes;

    /// <summary>Told in every header that is made.</summary>
    public Guid StoreId => storeId;

    /// <summary>Told beside it: see <see cref="SegmentHeader.PreviousStoreId"/>.</summary>
    public Guid PreviousStoreId { get; init; }

    /// <summary>
    /// How many spares stand by: the reserve, those for recovery alone, and the segment about to be begun. Retired segments
    /// beyond them stay too while the disk has plenty of room, so that the next burst finds its zeros written.
    /// </summary>
    public int Wanted => reserve + RecoverySpares + 1;

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

    /// <summary>Removes unfinished files, takes up the spares, and returns the names of the segments. At open, once.</summary>
    public IReadOnlyList<string> TakeUp()
    {
        var segments = new List<string>();
        IReadOnlyList<string> names = directory.List();
        _newest.TakeUp(names);
        foreach (string name in names)
        {
            if (name.EndsWith(TempSuffix, StringComparison.Ordinal))
            {
                directory.TryUnlink(name);
            }
            else if (name.StartsWith(SparePrefix, StringComparison.Ordinal))
            {
                TakeUpSpare(name);
            }
            else if (Segment.TryParseName(name) is { } number)
            {
                segments.Add(name);
                _lastNumber = Math.Max(_lastNumber, number);
            }
        }

        return segments;
    }

    /// <summary>A spare, or null where that use has to leave what is there.</summary>
    public Spare? TryTake(SpareUse use)
    {
        int left = use switch
        {
            SpareUse.Put => reserve + RecoverySpares,
            SpareUse.Delete => RecoverySpares,
            _ => 0,
        };
        lock (_gate)
        {
            return _spares.Count > left ? _spares.Pop() : null;
        }
    }

    /// <summary>A spare, made on the spot when there is none. For opening, before anything is served.</summary>
    /// <exception cref="FileSystemException">No room for it.</exception>
    public Spare TakeOrPrepare(long bytesMin)
    {
        Spare? spare = bytesMin <= segmentBytes ? TryTake(SpareUse.Recovery) : null;
        return spare ?? Prepare(Math.Max(segmentBytes, JournalFormat.BlockAlign(bytesMin)));
    }

    /// <summary>Adds one spare of the usual size. Blocks for as long as the zeros take.</summary>
    /// <exception cref="FileSystemException">It could not be made; nothing is left behind.</exception>
    public void Add() => Put(Prepare(segmentBytes));

    /// <summary>Makes what is missing of the spares, as far as there is room.</summary>
    public void Fill()
    {
        try
        {
            while (Count < Wanted && HasRoom())
            {
                Add();
            }
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            // The store opens with what it has; the keeper goes on trying.
        }
    }

    /// <summary>Whether one more spare would fit: a disk that is nearly full is not filled with zeros to find that out.</summary>
    public bool HasRoom()
    {
        VolumeInfo volume = directory.GetVolumeInfo();
        return volume.FreeBytes > segmentBytes + ZeroBytes && volume.FreeInodes > 0;
    }

    /// <summary>Removes the spares that are not wanted, unless the disk has plenty of room.</summary>
    /// <param name="isFull">Room is known to be missing, whatever the disk says of its free bytes: quotas do not count there.</param>
    public void Trim(bool isFull)
    {
        while (Count > Wanted && (isFull || !HasPlentyOfRoom()))
        {
            DropOne();
        }
    }

    /// <summary>Turns a retired segment into a spare, or removes it when there are enough.</summary>
    public void Recycle(Segment segment)
    {
        if ((Count >= Wanted && !HasPlentyOfRoom()) || segment.Header.SizeBytes != segmentBytes)
        {
            segment.Dispose();
            directory.TryUnlink(segment.Name);
            return;
        }

        string name = NextSpareName();
        try
        {
            directory.Rename(segment.Name, directory, name);

            // Or starts that are cut off again and again use up the spares of a full disk.
            SyncNames();
        }
        catch
        {
            segment.Dispose();
            throw;
        }

        Put(new Spare(name, segment.File, segmentBytes));
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
        byte[] block = new byte[JournalFormat.BlockBytes];
        header.Write(block);
        try
        {
            spare.File.Write(block, 0);
            spare.File.Sync();
            var segment = new Segment(header, spare.File);
            directory.Rename(spare.Name, directory, segment.Name);
            SyncNames();
            _newest.Note(header.Number);
            return segment;
        }
        catch
        {
            spare.File.Dispose();
            throw;
        }
    }

    public SegmentHeader NewHeader(long sizeBytes, long startsAfter, long firstSequence, long durableThrough, long filedThrough)
    {
        Span<byte> salt = stackalloc byte[8];
        RandomNumberGenerator.Fill(salt);
        return new SegmentHeader
        {
            StoreId = storeId,
            Number = Interlocked.Increment(ref _lastNumber),
            Salt = BitConverter.ToUInt64(salt),
            SizeBytes = sizeBytes,
            StartsAfter = startsAfter,
            FirstSequence = firstSequence,
            DurableThrough = durableThrough,
            FiledThrough = filedThrough,
            Created = clock.GetUtcNow().UtcDateTime,
            PreviousStoreId = PreviousStoreId,
        };
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

    private void TakeUpSpare(string name)
    {
        IFile? file = directory.TryOpen(name, FileAccess.ReadWrite);
        if (file is null)
        {
            return;
        }

        if (!HasUsualLength(file))
        {
            // Another segment size was configured when it was made.
            directory.TryUnlink(name);
            return;
        }

        if (long.TryParse(name.AsSpan(SparePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            _lastSpare = Math.Max(_lastSpare, number);
        }

        Put(new Spare(name, file, segmentBytes));
    }

    /// <summary>Closes the file unless it has.</summary>
    private bool HasUsualLength(IFile file)
    {
        bool hasIt = false;
        try
        {
            return hasIt = file.GetLength() == segmentBytes;
        }
        finally
        {
            if (!hasIt)
            {
                file.Dispose();
            }
        }
    }

    private void DropOne()
    {
        Spare spare;
        lock (_gate)
        {
            if (_spares.Count <= Wanted)
            {
                return;
            }

            spare = _spares.Pop();
        }

        spare.File.Dispose();
        try
        {
            directory.TryUnlink(spare.Name);
        }
        catch (FileSystemException)
        {
            // What is left is a spare of the next start.
        }
    }

    /// <summary>Far more than documents can take up before somebody looks again; true where the disk does not say.</summary>
    private bool HasPlentyOfRoom()
    {
        try
        {
            return directory.GetVolumeInfo().FreeBytes > PlentySegments * segmentBytes;
        }
        catch (FileSystemException)
        {
            return true;
        }
    }

    private Spare Prepare(long bytes)
    {
        string name = NextSpareName();
        string temp = name + TempSuffix;
        IFile file = directory.Create(temp);
        try
        {
            // Real zeros: blocks reserved but unwritten would make every later sync commit metadata too. Synced piece by
            // piece: tens of megabytes handed to the device at once would hold up every sync of the journal meanwhile.
            byte[] zeros = new byte[(int)Math.Min(bytes, ZeroBytes)];
            for (long offset = 0; offset < bytes; offset += zeros.Length)
            {
                file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - offset)), offset);
                file.Sync();
            }

            directory.Rename(temp, directory, name);
            SyncNames(); // after a power cut on a full disk there is no making another
            return new Spare(name, file, bytes);
        }
        catch
        {
            file.Dispose();
            directory.TryUnlink(temp);
            throw;
        }
    }

    /// <summary>Changed names survive a power cut. A failure is latched: the same descriptor is never synced again.</summary>
    /// <exception cref="StorageFaultException">This sync failed, or an earlier one did.</exception>
    private void SyncNames()
    {
        if (_hasSyncFailed)
        {
            throw new StorageFaultException($"{directory.Path} is not synced again after a sync that failed.");
        }

        try
        {
            directory.Sync();
        }
        catch (FileSystemException exception)
        {
            _hasSyncFailed = true;
            throw new StorageFaultException($"{directory.Path} could not be synced: {exception.Message}", exception);
        }
    }

    private string NextSpareName() => SparePrefix + Interlocked.Increment(ref _lastSpare).ToString(CultureInfo.InvariantCulture);

    private void Put(Spare spare)
    {
        lock (_gate)
        {
            _spares.Push(spare);
        }
    }
}
