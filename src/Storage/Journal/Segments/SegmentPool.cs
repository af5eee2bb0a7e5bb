using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;
using DocService.Storage.Journal.Format;
using DocService.Storage.Threading;

namespace DocService.Storage.Journal.Segments;

/// <summary>The spare files of the journal's directory.</summary>
/// <remarks>
/// Owns: the spares. Thread: any; the disk work of preparing and recycling is done by <see cref="SegmentKeeper"/>.
/// Invariants: a name <c>spare-N</c> says that the file's blocks are synced. A released segment becomes a spare, so the
/// next burst finds its zeros written. Spares beyond the least number are removed when a write finds the disk full.
/// </remarks>
internal sealed class SegmentPool : IDisposable
{
    private readonly IDirectory _directory;
    private readonly SegmentSizes _sizes;
    private readonly SyncedDirectory _names; // the directory's owner disposes it
    private readonly SpareFactory _factory;
    private readonly Lock _gate = new();
    private readonly Stack<Spare> _spares;

    /// <param name="directory">The journal's.</param>
    /// <param name="storeId">Told in every header that is made.</param>
    /// <param name="sizes">How large segments are, and how many there may be.</param>
    /// <param name="threads">How syncs of the directory wait for each other, and the date.</param>
    /// <param name="previousStoreId">Told beside it: see <see cref="SegmentHeader.PreviousStoreId"/>.</param>
    public SegmentPool(IDirectory directory, Guid storeId, SegmentSizes sizes, IThreads threads, Guid previousStoreId = default)
    {
        _directory = directory;
        _sizes = sizes;
        _names = new SyncedDirectory(directory, threads);
        _factory = new SpareFactory(directory, _names);
        _spares = new Stack<Spare>(sizes.SparesMax + 1);
        Segments = new SegmentFactory(directory, _names, storeId, previousStoreId, threads.Clock);
    }

    public long SegmentBytes => _sizes.SegmentBytes;

    /// <summary>What makes segments of the spares.</summary>
    public SegmentFactory Segments { get; }

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
    public bool NeedsMore => Count < _sizes.SparesMin;

    /// <summary>Bytes of the spares beyond the least number.</summary>
    public long SurplusBytes => Math.Max(0, Count - _sizes.SparesMin) * _sizes.SegmentBytes;

    /// <summary>Removes unfinished files, takes up the spares, and returns the names of the segments. At open, once. What has another name is somebody else's.</summary>
    public IReadOnlyList<string> TakeUp()
    {
        IReadOnlyList<string> names = _directory.List();
        IReadOnlyList<string> segments = Segments.TakeUp(names);
        foreach (string name in names)
        {
            if (Spare.TryParseName(name, out bool isUnfinished) is { } spare && _directory.GetKind(name) == EntryKind.File)
            {
                _factory.NoteUsed(spare);
                if (isUnfinished)
                {
                    _directory.TryUnlink(name);
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
        Spare? spare = bytesMin <= _sizes.SegmentBytes ? TryTake(SpareUse.Recovery) : null;
        return spare ?? _factory.Make(Math.Max(_sizes.SegmentBytes, JournalFormat.BlockAlign(bytesMin)));
    }

    /// <summary>Adds one spare of the usual size. Blocks for as long as the zeros take.</summary>
    /// <exception cref="FileSystemException">It could not be made; nothing is left behind.</exception>
    public void Add() => Put(_factory.Make(_sizes.SegmentBytes));

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
        FreeSpace free = _directory.GetFreeSpace();
        return free.Bytes > _sizes.SegmentBytes + SpareFactory.PieceBytes && free.Inodes > 0;
    }

    /// <summary>A write found the disk full: removes the spares beyond the least number.</summary>
    public void DropSurplus()
    {
        while (true)
        {
            Spare spare;
            lock (_gate)
            {
                if (_spares.Count <= _sizes.SparesMin)
                {
                    return;
                }

                spare = _spares.Pop();
            }

            spare.File.Dispose();
            _factory.Drop(spare.Name);
        }
    }

    /// <summary>Turns a released segment into a spare. One of another size, or more than the journal may have, is removed.</summary>
    /// <exception cref="FileSystemException">Unknown what the directory holds.</exception>
    /// <exception cref="OutOfMemoryException">Nothing has been done, and the segment is still the caller's.</exception>
    public void Recycle(Segment segment)
    {
        if (segment.Header.SizeBytes != _sizes.SegmentBytes || Count >= _sizes.SparesMax)
        {
            _directory.TryUnlink(segment.Name);
            segment.Dispose();
            return;
        }

        var spare = new Spare(_factory.NextName(), segment.File, _sizes.SegmentBytes);
        bool isRenamed = false;
        try
        {
            _directory.Rename(segment.Name, _directory, spare.Name);
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

    /// <summary>The spare is not used after all. Needs no memory: its place is still there.</summary>
    public void GiveBack(Spare spare) => Put(spare);

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
        SpareUse.Put => _sizes.Reserve + SegmentSizes.ForRecovery,
        SpareUse.Delete => SegmentSizes.ForRecovery,
        _ => 0,
    };

    /// <summary>Takes a spare up. It is removed if it was made for another segment size or a larger journal.</summary>
    private void TakeUpSpare(string name)
    {
        IFile? file = _directory.TryOpen(name, FileAccess.ReadWrite);
        try
        {
            if (file is not null && Count < _sizes.SparesMax && file.GetLength() == _sizes.SegmentBytes)
            {
                Put(new Spare(name, file, _sizes.SegmentBytes));
                file = null;
            }
            else
            {
                _directory.TryUnlink(name);
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private void Put(Spare spare)
    {
        lock (_gate)
        {
            _spares.Push(spare);
        }
    }
}
