using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Documents;

/// <summary>
/// The files of kept versions, in directories beside those of the documents. The newest version's file is the document's own, with a second
/// name; one that was superseded before it was filed has a file of its own.
/// </summary>
/// <remarks>
/// Owns: the directory and the shard directories in it, from the first kept version on; a store that keeps none has none. Thread: any;
/// <see cref="Make"/> by one at a time.
/// Invariants: they are made under another name, and take their own when all of them are durable. So one that is not there was lost.
/// On failure: every <see cref="FileSystemException"/> goes to the caller, who knows what the step's failure means.
/// </remarks>
internal sealed class VersionFiles : IDisposable
{
    public const string DirectoryName = "history";

    /// <summary>Its name until it is whole.</summary>
    public const string DraftName = "history.draft";

    private readonly IDirectory _data;
    private readonly SyncedDirectory _quarantine;
    private readonly IThreads _threads;
    private readonly SyncedDirectory?[] _shards = new SyncedDirectory?[DocumentPath.Shards];
    private volatile bool _isMade;
    private volatile bool _cannotLink;
    private Action? _made;

    /// <param name="data">The data directory; the caller's.</param>
    /// <param name="quarantine">For what has a version's name and is none; the caller's.</param>
    /// <param name="threads">How syncs wait for each other.</param>
    public VersionFiles(IDirectory data, SyncedDirectory quarantine, IThreads threads)
    {
        _data = data;
        _quarantine = quarantine;
        _threads = threads;
    }

    /// <summary>Whether the filesystem gives a file a second name. Where it does not, every version gets a file of its own.</summary>
    public bool CanLink => !_cannotLink;

    /// <summary>Whether the directories are there, found or made.</summary>
    public bool IsMade => _isMade;

    /// <summary>At opening: what there is is synced, because so far it may be in the page cache only. It makes nothing.</summary>
    /// <exception cref="StoreFormatException">One of the directories was lost.</exception>
    public void Open()
    {
        using IDirectory? history = _data.TryOpenDirectory(DirectoryName);
        if (history is null)
        {
            return;
        }

        TakeUp(history, static path => new StoreFormatException($"{path} is missing; the data directory is incomplete."));
        history.Sync(); // the parent first, as with documents
        foreach (SyncedDirectory? shard in _shards)
        {
            shard!.Sync();
        }

        _isMade = true;
    }

    /// <summary>Has somebody told by the thread that makes the directories, when they are durable. If it throws it is told again.</summary>
    public void WhenMade(Action told) => _made = told;

    /// <summary>Before the first version is filed: makes the directories, and syncs their names. Once cut off it is gone on with.</summary>
    public void Make()
    {
        if (_isMade)
        {
            return;
        }

        if (_data.GetKind(DirectoryName) == EntryKind.None)
        {
            MakeDraft();
            _data.Rename(DraftName, _data, DirectoryName);
        }

        using (IDirectory history = OpenIn(_data, DirectoryName))
        {
            TakeUp(history, static path => new FileSystemException(SystemCall.Open, path, Errno.ENOENT));
        }

        new SyncedDirectory(_data, _threads).Sync(); // by what says that it has failed even where there is no memory to say so
        _made?.Invoke();
        _isMade = true; // last: what has failed is done again
    }

    /// <summary>Opens the version's file, or returns null when there is none.</summary>
    public IFile? TryOpen(DocumentPath path, long version) => TryOpen(path.Shard, path.OfVersion(version));

    /// <summary>Opens a file of a shard by its name, or returns null when there is none.</summary>
    public IFile? TryOpen(int shard, string name) => Volatile.Read(ref _shards[shard])?.Entries.TryOpen(name, FileAccess.Read);

    /// <summary>The state of what has the version's name; null if nothing has it.</summary>
    public FileState? TryGetState(DocumentPath path, long version) => Volatile.Read(ref _shards[path.Shard])?.Entries.TryGetState(path.OfVersion(version));

    /// <summary>Keeps what has the version's name as evidence.</summary>
    public void Quarantine(DocumentPath path, long version) => Evidence.Keep(EntriesOf(path.Shard), path.OfVersion(version), _quarantine, version);

    /// <summary>Names of the versions in a shard, unsorted.</summary>
    public IReadOnlyList<string> List(int shard) =>
        Volatile.Read(ref _shards[shard])?.Entries is { } directory ? [.. directory.List().Where(DocumentPath.IsVersionName)] : [];

    /// <summary>Gives a snapshot the directory of a shard, and the names of the versions in it. Once they are made.</summary>
    public void TakeNames(int shard, Action<IDirectory, IEnumerable<string>> take) => take(EntriesOf(shard), List(shard));

    /// <summary>
    /// Gives a synced file the version's name as a second one. False, and nothing is done, where something has that name, or the filesystem
    /// gives none: then the version needs a file of its own, which replaces what has the name at once.
    /// </summary>
    /// <param name="source">Directory of the file.</param>
    /// <param name="name">Its name.</param>
    /// <param name="path">Of the document.</param>
    /// <param name="version">Of it.</param>
    public bool TryLink(IDirectory source, string name, DocumentPath path, long version)
    {
        try
        {
            source.Link(name, EntriesOf(path.Shard), path.OfVersion(version));
            return true;
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EEXIST)
        {
            return false; // filing that was cut off is done again
        }
        catch (FileSystemException exception) when (exception.IsWithoutLinks)
        {
            _cannotLink = true;
            return false;
        }
    }

    /// <summary>A synced temporary file becomes the version's, replacing what has the name.</summary>
    public void Publish(IDirectory source, string name, DocumentPath path, long version)
    {
        IDirectory target = EntriesOf(path.Shard);
        try
        {
            source.Rename(name, target, path.OfVersion(version));
        }
        catch (FileSystemException exception) when (exception.IsNameForeign)
        {
            Clear(path, version);
            source.Rename(name, target, path.OfVersion(version));
        }
    }

    /// <summary>Removes the version's name; false when there was none.</summary>
    public bool Remove(DocumentPath path, long version) => Volatile.Read(ref _shards[path.Shard]) is not null && Clear(path, version);

    /// <summary>Names changed in the shard survive a power cut.</summary>
    public void SyncNames(int shard) => Volatile.Read(ref _shards[shard])?.Sync();

    public void Dispose()
    {
        foreach (SyncedDirectory? shard in _shards)
        {
            shard?.Dispose();
        }
    }

    /// <summary>The highest version in any readable file of a version; 0 when there is none.</summary>
    public long HighestVersion()
    {
        long highest = 0;
        foreach (SyncedDirectory? shard in _shards)
        {
            highest = Math.Max(highest, shard is null ? 0 : VersionScan.Highest(shard.Entries));
        }

        return highest;
    }

    /// <summary>The directories under another name, synced: what takes their name is whole.</summary>
    private void MakeDraft()
    {
        _data.TryCreateDirectory(DraftName);
        using IDirectory draft = OpenIn(_data, DraftName);
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            draft.TryCreateDirectory(DocumentPath.ShardName(shard));
        }

        new SyncedDirectory(draft, _threads).Sync();
    }

    private void TakeUp(IDirectory history, Func<string, Exception> missing)
    {
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            if (_shards[shard] is null)
            {
                string name = DocumentPath.ShardName(shard);
                IDirectory directory = history.TryOpenDirectory(name) ?? throw missing($"{history.Path}/{name}");
                Volatile.Write(ref _shards[shard], new SyncedDirectory(directory, _threads));
            }
        }
    }

    private static IDirectory OpenIn(IDirectory parent, string name) =>
        parent.TryOpenDirectory(name) ?? throw new FileSystemException(SystemCall.Open, $"{parent.Path}/{name}", Errno.ENOENT);

    /// <summary>A directory that somebody has put under the name is kept in quarantine.</summary>
    private bool Clear(DocumentPath path, long version)
    {
        IDirectory directory = EntriesOf(path.Shard);
        string name = path.OfVersion(version);
        try
        {
            return directory.TryUnlink(name);
        }
        catch (FileSystemException exception) when (exception.Error is Errno.EISDIR or Errno.EPERM && directory.GetKind(name) == EntryKind.Directory)
        {
            directory.Rename(name, _quarantine.Entries, name);
            _quarantine.Sync();
            return true;
        }
    }

    private IDirectory EntriesOf(int shard) => Volatile.Read(ref _shards[shard])?.Entries ?? throw new InvalidOperationException("The directory of versions has not been made.");
}
