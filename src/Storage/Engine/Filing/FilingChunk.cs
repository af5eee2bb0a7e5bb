using DocService.Storage.Documents;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// Some documents filed together, by the four steps in phases: temporary files and their syncs, slice by slice, all renames,
/// one sync for each directory touched. One filesystem commit and one write-back serve many.
/// </summary>
/// <remarks>
/// Owns: the temporary files in between. Thread: the filer's, which spreads each phase over disk threads.
/// On failure: the phase's <see cref="FileSystemException"/> leaves; which phase it was says what it means. Filing the
/// chunk again from the first phase is always right.
/// </remarks>
internal sealed class FilingChunk(DocumentFiles files, LiveSegments segments, DiskThreads threads)
{
    private readonly Dictionary<Sha256Digest, FilingItem> _items = [];
    private readonly int[] _slots = new int[DocumentPath.Shards];

    public IReadOnlyCollection<FilingItem> Items => _items.Values;

    /// <summary>Everything through this sequence is filed once the chunk is.</summary>
    public long Through { get; set; }

    public long ChargedBytes { get; set; }

    /// <summary>Body and header bytes that the chunk reads and writes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Puts the document's newest version in the place of the one that the chunk has; false when it has none.</summary>
    public bool TryRenew(Sha256Digest document, in PendingVersion newest)
    {
        if (!_items.TryGetValue(document, out FilingItem? item))
        {
            return false;
        }

        Bytes += newest.Locator.Bytes - item.Version.Locator.Bytes;
        item.Version = newest;
        return true;
    }

    /// <summary>False when the document's directory has no temporary slot left in this chunk.</summary>
    public bool TryAdd(Sha256Digest document, in PendingVersion version)
    {
        int shard = DocumentPath.ShardOf(document);
        if (_slots[shard] == DocumentFiles.TempSlots)
        {
            return false;
        }

        _items.Add(document, new FilingItem(document, version, _slots[shard]++));
        Bytes += version.Locator.Bytes;
        return true;
    }

    /// <summary>The documents, so many at a time: each put has a descriptor open from its first step to its second.</summary>
    public IEnumerable<FilingItem[]> Slices(int documents) => _items.Values.Chunk(documents);

    /// <summary>Reads every record of the slice: which document it is, and the first step if it is a put.</summary>
    public void WriteTemps(FilingItem[] slice, int workers) => ForEach(slice, workers, item =>
    {
        byte[] buffer = BodyBuffers.Rent(item.Version.Locator.Bytes);
        try
        {
            Operation operation = ReadOperation(item, buffer);
            if (!item.Version.IsDelete)
            {
                item.Info = operation.ToInfo(item.Version.Version);
                item.Temp = files.WriteTemp(item.Slot, item.Path, item.Key, item.Info, operation.BodyHash, operation.Body);
            }
        }
        finally
        {
            BodyBuffers.Return(buffer);
        }
    });

    /// <summary>Second step for every put of the slice.</summary>
    public void SyncTemps(FilingItem[] slice, int workers) => ForEach(slice, workers, item =>
    {
        if (item.Temp is { } temp)
        {
            temp.Sync();
            item.Stamp = StampOf(temp);
            temp.Dispose();
            item.Temp = null;
        }
    });

    /// <summary>Third step: every document takes its name, or loses it.</summary>
    public void Rename(FilingItem[] slice, int workers) => ForEach(slice, workers, item =>
    {
        if (item.Version.KeepsEvidence)
        {
            KeepEvidence(item);
        }

        try
        {
            Apply(item);
        }
        catch (FileSystemException exception) when (exception.Error is Errno.EISDIR or Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOTDIR or Errno.EPERM)
        {
            // Something foreign took the name since the commit. It goes where the evidence is.
            KeepEvidence(item);
            Apply(item);
        }
    });

    /// <summary>Fourth step, once for each directory.</summary>
    public void SyncDirectories(FilingItem[] slice, int workers)
    {
        int[] shards = [.. slice.Select(item => item.Shard).Distinct()];
        threads.ForEach(shards, workers, files.SyncNames, IsGrave);
    }

    /// <summary>Closes and removes what temporary files there are; their slots are used again.</summary>
    public void DropTemps()
    {
        foreach (FilingItem item in _items.Values)
        {
            item.Temp?.Dispose();
            item.Temp = null;
            if (!item.Version.IsDelete)
            {
                files.TryDropTemp(item.Slot, item.Shard);
            }
        }
    }

    /// <summary>Spares a later write some reading, no more: it is not worth failing for.</summary>
    private static FileStamp? StampOf(IFile file)
    {
        try
        {
            return file.GetStamp();
        }
        catch (FileSystemException)
        {
            return null;
        }
    }

    private Operation ReadOperation(FilingItem item, byte[] buffer)
    {
        RecordLocator locator = item.Version.Locator;
        IFile segment = segments[locator.Segment].File;
        if (!locator.TryRead(segment, buffer) || !Operation.TryRead(buffer.AsSpan(0, locator.Bytes), out Operation operation, out _)
            || !DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _) || key.Digest != item.Document)
        {
            throw new JournalDamagedException($"{segment.Path} is damaged at offset {locator.Offset}: an operation of commit {item.Version.Version} cannot be read.");
        }

        item.Key = key;
        item.Path = DocumentPath.Of(key);
        return operation;
    }

    private void ForEach(FilingItem[] items, int workers, Action<FilingItem> action) => threads.ForEach(items, workers, action, IsGrave);

    /// <summary>Lack of space passes; what else fails must not hide behind it.</summary>
    private static bool IsGrave(Exception exception) => exception is not FileSystemException { IsOutOfSpace: true };

    private void Apply(FilingItem item)
    {
        if (item.Version.IsDelete)
        {
            files.Remove(item.Path);
        }
        else
        {
            files.Publish(item.Slot, item.Path);
        }
    }

    private void KeepEvidence(FilingItem item)
    {
        if (!IsReadable(item))
        {
            files.Quarantine(item.Path, item.Version.Version);
        }
    }

    /// <summary>Absent counts as readable: there is no evidence to keep.</summary>
    private bool IsReadable(FilingItem item)
    {
        try
        {
            using IFile? file = files.TryOpen(item.Path);
            if (file is not null)
            {
                DocumentReader.ReadInfo(file, item.Key);
            }

            return true;
        }
        catch (DocumentCorruptException)
        {
            return false;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return false;
        }
    }
}
