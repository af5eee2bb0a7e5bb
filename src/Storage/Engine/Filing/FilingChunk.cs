using DocService.Storage.Documents;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// Some documents filed together, by the four steps in phases: all temporary files, all their syncs, all renames, one sync
/// for each directory touched. One filesystem commit and one write-back serve many.
/// </summary>
/// <remarks>
/// Owns: the temporary files in between. Thread: the filer's, which spreads each phase over disk threads.
/// On failure: an error that is known to have changed nothing is noted in its item, which takes no further step. The others
/// go on. A failed sync, or an unexpected error, leaves the phase, and the store is fenced. Filing an item again from the
/// first step is always right.
/// </remarks>
internal sealed class FilingChunk(DocumentFiles files, LiveSegments segments, DiskThreads threads)
{
    /// <summary>Threads that work on a phase: syncs at once share the device's flushes.</summary>
    public const int Workers = 32;

    private readonly FilingNames _names = new(files);
    private readonly Dictionary<Sha256Digest, FilingItem> _items = [];
    private readonly int[] _slots = new int[DocumentPath.Shards];

    public IReadOnlyCollection<FilingItem> Items => _items.Values;

    /// <summary>Everything through this sequence has been tried once the chunk has; 0 when it has no tickets.</summary>
    public long Through { get; set; }

    /// <summary>The charges of tickets that have nothing left to file.</summary>
    public long ChargedBytes { get; set; }

    /// <summary>Body and header bytes that the chunk reads and writes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Puts the document's newest version in the place of the one that the chunk has; false when it has none.</summary>
    public bool TryRenew(in FilingTicket ticket, in PendingVersion newest)
    {
        if (!_items.TryGetValue(ticket.Document, out FilingItem? item))
        {
            return false;
        }

        Bytes += newest.Locator.Bytes - item.Version.Locator.Bytes;
        item.Version = newest;
        Note(item, ticket);
        return true;
    }

    /// <summary>False when the document's directory has no temporary slot left in this chunk.</summary>
    public bool TryAdd(in FilingTicket ticket, in PendingVersion version)
    {
        int shard = DocumentPath.ShardOf(ticket.Document);
        if (_slots[shard] == DocumentFiles.TempSlots)
        {
            return false;
        }

        var item = new FilingItem(ticket.Document, version, _slots[shard]);
        _items.Add(ticket.Document, item);
        _slots[shard]++;
        Bytes += version.Locator.Bytes;
        Note(item, ticket);
        return true;
    }

    public bool Contains(Sha256Digest document) => _items.ContainsKey(document);

    /// <summary>The chunk is taken, and goes through all steps, in their order.</summary>
    /// <param name="beforeSyncs">Told how many files are going to be synced; null: nobody.</param>
    public void File(Action<int>? beforeSyncs = null)
    {
        Link();
        MakeDirectories();
        WriteTemps();
        beforeSyncs?.Invoke(_items.Values.Count(static item => item.Temp is not null));
        SyncTemps();
        LinkVersions();
        Rename();
        SyncDirectories();
    }

    /// <summary>Back before the first step: closes and removes what temporary files there are, and forgets what failed.</summary>
    public void DropTemps()
    {
        foreach (FilingItem item in _items.Values)
        {
            DropTemp(item);
            item.Failure = null;
        }
    }

    /// <summary>Where a document and its kept version are both in it, one temporary file will do.</summary>
    private void Link()
    {
        foreach (FilingItem item in _items.Values)
        {
            item.Source = null;
        }

        foreach (FilingItem item in _items.Values.Where(item => item.Version is { IsKept: true, IsOfVersion: false } && files.Versions.CanLink))
        {
            if (_items.TryGetValue(VersionDigest.Of(item.Document, item.Version.Version), out FilingItem? version))
            {
                version.Source = item;
            }
        }
    }

    /// <summary>The first kept version makes the directories of versions. Where that fails, the chunk's other documents are filed.</summary>
    private void MakeDirectories()
    {
        if (_items.Values.Any(item => item.Version.IsOfVersion))
        {
            try
            {
                files.Versions.Make();
            }
            catch (Exception exception) when (IsOfOneDocument(exception))
            {
                foreach (FilingItem item in _items.Values.Where(item => item.Version.IsOfVersion))
                {
                    item.Failure = exception;
                }
            }
        }
    }

    /// <summary>Reads every record, which names the document. For a put this is the first step.</summary>
    private void WriteTemps() => ForEach(_items.Values.Where(static item => item.Source is null), WriteTemp);

    /// <summary>Second step for every put.</summary>
    private void SyncTemps() => ForEach(_items.Values, SyncTemp);

    /// <summary>Before the third step: a kept version that is its document's newest takes its own name of the same file; where that cannot be, its own file.</summary>
    private void LinkVersions() => ForEach(_items.Values.Where(static item => item.Source is not null), item =>
    {
        if (!_names.TryLinkVersion(item, item.Source!))
        {
            WriteTemp(item);
            SyncTemp(item);
        }
    });

    /// <summary>Third step: every document takes its name, or loses it; a version that has been superseded takes its own.</summary>
    private void Rename() => ForEach(_items.Values, _names.Take);

    /// <summary>Fourth step, once for each directory.</summary>
    private void SyncDirectories()
    {
        (int Shard, bool IsOfVersions)[] directories = [.. _items.Values.Where(item => item.Failure is null).Select(item => (item.Shard, item.Version.IsOfVersion)).Distinct()];
        threads.ForEach(directories, Workers, directory => _names.Sync(directory.Shard, directory.IsOfVersions));
    }

    private static void Note(FilingItem item, in FilingTicket ticket)
    {
        item.FirstSequence = item.FirstSequence == 0 ? ticket.Sequence : item.FirstSequence;
        item.Sequence = Math.Max(item.Sequence, ticket.Sequence);
        item.ChargedBytes += ticket.ChargedBytes;
    }

    private void DropTemp(FilingItem item)
    {
        item.Temp?.Dispose();
        item.Temp = null;
        if (!item.Version.IsDelete && item.Source is null)
        {
            files.TryDropTemp(item.Slot, item.Shard);
        }
    }

    private void WriteTemp(FilingItem item)
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
    }

    private static void SyncTemp(FilingItem item)
    {
        if (item.Temp is { } temp)
        {
            temp.Sync();
            item.Stamp = StampOf(temp);
            temp.Dispose();
            item.Temp = null;
        }
    }

    /// <summary>It only saves a later write some reading, so a failure is ignored.</summary>
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
            || !DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _)
            || (item.Version.IsOfVersion ? VersionDigest.Of(key.Digest, item.Version.Version) : key.Digest) != item.Document)
        {
            throw new JournalDamagedException($"{segment.Path} is damaged at offset {locator.Offset}: an operation of commit {item.Version.Version} cannot be read.");
        }

        item.Key = key;
        item.Path = DocumentPath.Of(key);
        return operation;
    }

    private void ForEach(IEnumerable<FilingItem> some, Action<FilingItem> step)
    {
        FilingItem[] items = [.. some.Where(item => item.Failure is null)];
        threads.ForEach(items, Workers, item =>
        {
            try
            {
                step(item);
            }
            catch (Exception exception) when (IsOfOneDocument(exception))
            {
                item.Failure = exception;
                DropTemp(item);
            }
        });
    }

    /// <summary>Whether a failed step is known to have had no lasting effect. A temporary file whose sync found no room, or no memory, is never renamed.</summary>
    private static bool IsOfOneDocument(Exception exception) => exception switch
    {
        OutOfMemoryException or FileSystemException { IsOutOfSpace: true } => true,
        FileSystemException { IsSync: true } or FileSystemException { Error: Errno.EROFS } => false,
        FileSystemException => true,
        _ => false,
    };
}
