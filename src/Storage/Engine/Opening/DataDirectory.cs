using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Opening;

/// <summary>The opened data directory: locked, of a known format, complete, free of leftovers, and durable up to this moment.</summary>
/// <remarks>
/// Owns: LOCK, the handles of the data directory and all below it. Thread: opened by one.
/// The work at open does not grow with the number of documents: no directory of documents is listed.
/// </remarks>
internal sealed class DataDirectory : IDisposable
{
    public const string LockName = "LOCK";
    public const string DocumentsName = "docs";
    public const string QuarantineName = "quarantine";
    public const string JournalName = "journal";
    public const string RequestsName = "requests";
    public const string VersionsName = VersionFiles.DirectoryName;
    public const string VersionsDraftName = VersionFiles.DraftName;

    public const string SnapshotsName = "snapshots";

    /// <summary>What a snapshot holds; where it is, the directory is a snapshot.</summary>
    public const string ManifestName = "SNAPSHOT";

    /// <summary>A derived follower's. The store does not look into it.</summary>
    public const string IndexName = "index";

    private readonly SyncedDirectory _data;
    private readonly IDisposable _lock;
    private readonly string? _mark;
    private SyncedDirectory? _requests;

    private DataDirectory(SyncedDirectory data, IDisposable @lock, FormatFile format, bool isFirstStart, DocumentFiles documents, IDirectory journal)
    {
        Journal = journal;
        _data = data;
        _lock = @lock;
        _mark = DirectoryMark.Of(data.Entries);
        Format = format;
        IsSnapshot = format.IsSnapshot;
        IsCopy = IsSnapshot || (format.Directory is { } known && _mark is not null && known != _mark);
        IsFirstStart = isFirstStart;
        Documents = documents;
    }

    public FormatFile Format { get; private set; }

    /// <summary>Where the segments are.</summary>
    public IDirectory Journal { get; }

    /// <summary>Where requests are remembered, once <see cref="MakeRequests"/> has made it.</summary>
    public SyncedDirectory Requests => _requests ?? throw new InvalidOperationException("The directory of requests is not open yet.");

    /// <summary>Whether this opening completed the directory's first start.</summary>
    public bool IsFirstStart { get; }

    /// <summary>FORMAT was damaged or gone, and has been written anew from what the journal says.</summary>
    public bool IsFormatRebuilt { get; private init; }

    /// <summary>
    /// FORMAT was written in another directory: this one is a copy of that, which may live on and hand out versions of its own.
    /// </summary>
    public bool IsCopy { get; }

    /// <summary>This opening is the first start of a snapshot, which is of one moment.</summary>
    public bool IsSnapshot { get; }

    /// <summary>What an operator should know of the way to the directory; null when there is nothing.</summary>
    public string? Remark { get; private init; }

    public DocumentFiles Documents { get; }

    /// <summary>Descriptors that the process may have open.</summary>
    public required int HandlesMax { get; init; }

    /// <summary>Where the directory is.</summary>
    public required IFileSystem Files { get; init; }

    /// <summary>Whether it is still there.</summary>
    public required DirectoryWatch Watch { get; init; }

    /// <summary>Handle of the data directory itself.</summary>
    public IDirectory Root => _data.Entries;

    /// <summary>Opens or creates the directory. Everything found in it, and every level created above it, is synced before this returns.</summary>
    /// <exception cref="StoreInUseException">Another process, or another store of this one, holds it.</exception>
    /// <exception cref="StoreFormatException">It is not a data directory of a known format; nothing was written.</exception>
    /// <exception cref="FileSystemException">A system call failed.</exception>
    public static DataDirectory Open(IFileSystem files, string path, IThreads threads) => Open(files, path, threads, isRepair: false);

    /// <summary>As <see cref="Open(IFileSystem, string, IThreads)"/>, and writes a damaged FORMAT anew.</summary>
    public static DataDirectory OpenForRepair(IFileSystem files, string path, IThreads threads) => Open(files, path, threads, isRepair: true);

    private static DataDirectory Open(IFileSystem files, string path, IThreads threads, bool isRepair)
    {
        DateTimeOffset now = threads.Clock.GetUtcNow();
        IDirectory data = DirectoryCreation.OpenOrCreate(files, path, out string? remark);
        IDisposable? heldLock = null;
        DocumentFiles? documents = null;
        IDirectory? journal = null;
        DirectoryWatch? watch = null;
        try
        {
            var synced = new SyncedDirectory(data, threads);

            // Before LOCK is made: a directory that is not ours is left as it was.
            Recognise(data, isRepair, now);
            heldLock = DirectoryLock.TryTake(data, LockName)
                ?? throw new StoreInUseException(data.IsOpenInThisProcess(LockName) ? $"Another store in this process is using {path}; it must be closed first." : $"Another process is using {path}.");
            (FormatFile? format, bool isRebuilt) = Recognise(data, isRepair, now);
            bool isFirstStart = format is null;
            if (isRebuilt)
            {
                format = FormatRepair.Replace(synced, format!);
            }

            if (isFirstStart)
            {
                FormatFile.Announce(synced, now);
                CreateContent(data);
            }

            data.TryCreateDirectory(JournalName);
            documents = OpenContent(data, threads);
            journal = OpenPart(data, JournalName); // its own entries are synced with the segment that every opening begins
            synced.Sync();
            format ??= FormatFile.Complete(synced);
            watch = new DirectoryWatch(files, data);
            if (documents.Versions.IsMade)
            {
                watch.AddVersions();
            }
            else if (format.HasVersions)
            {
                throw Missing(data, VersionsName);
            }

            var opened = new DataDirectory(synced, heldLock, format, isFirstStart, documents, journal)
            {
                HandlesMax = files.HandlesMax,
                Files = files,
                Watch = watch,
                IsFormatRebuilt = isRebuilt,
                Remark = remark,
            };
            documents.Versions.WhenMade(opened.NoteVersions);
            return opened;
        }
        catch
        {
            watch?.Dispose();
            journal?.Dispose();
            documents?.Dispose();
            heldLock?.Dispose();
            data.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Before the first segment of the present format: a program that does not know it must not start here any more. FORMAT
    /// alone would not be enough, because it can be made again from the segments' headers. Every opening begins a segment.
    /// </summary>
    public void RaiseFormat() => Replace(Format with { Format = FormatFile.Current });

    /// <summary>Opens the directory of requests; an earlier version's store has none. Before anything is acknowledged, and not where the journal is damaged.</summary>
    public void MakeRequests(IThreads threads)
    {
        Root.TryCreateDirectory(RequestsName);
        _requests = new SyncedDirectory(OpenPart(Root, RequestsName), threads);
        _requests.Sync(); // what is found may so far be in the page cache only
        _data.Sync();
        Watch.AddRequests(Root);
    }

    /// <summary>
    /// A segment with that store id is durable: from now on a journal without segments is damage. FORMAT gets the id after
    /// the segment has it. If a cut comes in between, the segment's header names the id before.
    /// </summary>
    public void NoteJournal(Guid storeId)
    {
        Replace(Format with { StoreId = storeId, HasJournal = true, Directory = _mark, HasVersions = Documents.Versions.IsMade });
        Root.TryUnlink(ManifestName); // from here on it is a store of its own, whether or not this is undone
    }

    /// <summary>Names that were changed in the data directory itself are durable when this returns.</summary>
    public void SyncNames() => _data.Sync();

    public void Dispose()
    {
        Watch.Dispose();
        Documents.Dispose();
        _requests?.Dispose();
        Journal.Dispose();
        _data.Dispose();
        _lock.Dispose();
    }

    private void Replace(FormatFile format)
    {
        if (format != Format)
        {
            Format = FormatFile.Replace(_data, format);
        }
    }

    /// <summary>The directories of versions are durable: from now on it is damage if they are not there. On the thread that makes them; done twice it does no harm.</summary>
    private void NoteVersions()
    {
        Replace(Format with { HasVersions = true });
        Watch.AddVersions();
    }

    private static (FormatFile? Format, bool IsRebuilt) Recognise(IDirectory data, bool isRepair, DateTimeOffset now) =>
        isRepair ? FormatRepair.Recognise(data, LockName, now) : (FormatFile.Recognise(data, LockName), false);

    private static void CreateContent(IDirectory data)
    {
        data.TryCreateDirectory(QuarantineName);
        data.TryCreateDirectory(DocumentsName);
        using IDirectory documents = OpenPart(data, DocumentsName);
        for (int shard = 0; shard < DocumentPath.Shards; shard++)
        {
            documents.TryCreateDirectory(DocumentPath.ShardName(shard));
        }
    }

    /// <summary>Opens every directory, removes leftovers, and syncs: what is found may so far be in the page cache only.</summary>
    private static DocumentFiles OpenContent(IDirectory data, IThreads threads)
    {
        var shards = new SyncedDirectory[DocumentPath.Shards];
        IDirectory? quarantine = null;
        VersionFiles? versions = null;
        try
        {
            quarantine = OpenPart(data, QuarantineName);
            quarantine.Sync(); // a process may have been killed right after it had moved a directory there
            using IDirectory documents = OpenPart(data, DocumentsName);
            for (int shard = 0; shard < shards.Length; shard++)
            {
                IDirectory directory = OpenPart(documents, DocumentPath.ShardName(shard));
                shards[shard] = new SyncedDirectory(directory, threads);
                DocumentFiles.RemoveTemps(directory);
            }

            // The parent first: on filesystems with one journal that commits the shards too, and their own syncs return at once.
            documents.Sync();
            foreach (SyncedDirectory shard in shards)
            {
                shard.Sync();
            }

            var kept = new SyncedDirectory(quarantine, threads);
            versions = new VersionFiles(data, kept, threads);
            versions.Open();
            return new DocumentFiles(shards, kept, versions);
        }
        catch
        {
            foreach (SyncedDirectory? shard in shards)
            {
                shard?.Dispose();
            }

            quarantine?.Dispose();
            versions?.Dispose();
            throw;
        }
    }

    private static IDirectory OpenPart(IDirectory parent, string name) =>
        parent.TryOpenDirectory(name) ?? throw Missing(parent, name);

    private static StoreFormatException Missing(IDirectory parent, string name) => new($"{parent.Path}/{name} is missing; the data directory is incomplete.");
}
