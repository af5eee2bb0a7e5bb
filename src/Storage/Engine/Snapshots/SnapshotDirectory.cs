using System.Globalization;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>The directory of snapshots, and the names in it.</summary>
/// <remarks>
/// Owns: the directory, from the first snapshot on. Thread: any; what changes names, one at a time.
/// Invariants: a name without a dot in front is a whole snapshot. One that is made has <see cref="DraftName"/>; what is to be removed has a
/// name with <see cref="GonePrefix"/>, and nobody reads it any more.
/// On failure: a sync that failed is never tried again, and no snapshot is taken until the next start.
/// </remarks>
internal sealed class SnapshotDirectory(DataDirectory data, IThreads threads) : IDisposable
{
    public const string DraftName = ".draft";

    public const string GonePrefix = ".gone-";

    private readonly object _gate = new();
    private SyncedDirectory? _directory;
    private bool _isChanging;

    private IDirectory Entries => _directory!.Entries;

    /// <summary>At opening: what is there is synced, because so far it may be in the page cache only. A draft that was cut off is given up. True: there is something to remove.</summary>
    public bool Open()
    {
        if (data.Root.TryOpenDirectory(DataDirectory.SnapshotsName) is not { } found)
        {
            return false;
        }

        _directory = new SyncedDirectory(found, threads);
        GiveUpLeftDraft();
        _directory.Sync();
        return Gone().Count > 0;
    }

    /// <summary>A new, empty draft.</summary>
    /// <exception cref="FileSystemException">It cannot be made.</exception>
    public IDirectory MakeDraft() => Alone(() =>
    {
        if (_directory is null)
        {
            data.Root.TryCreateDirectory(DataDirectory.SnapshotsName);
            _directory = new SyncedDirectory(Required(data.Root, DataDirectory.SnapshotsName), threads);
            data.SyncNames();
        }

        GiveUpLeftDraft();
        Entries.TryCreateDirectory(DraftName);
        return Required(Entries, DraftName);
    });

    /// <summary>The draft, whole and synced, becomes the snapshot. Its name is durable when this returns.</summary>
    public void Publish(string name) => Alone(() =>
    {
        if (Entries.GetKind(name) != EntryKind.None)
        {
            throw new SnapshotConflictException($"Somebody has made {Entries.Path}/{name} meanwhile."); // a rename would replace an empty directory
        }

        Entries.Rename(DraftName, Entries, name);
        _directory!.Sync();
        return true;
    });

    /// <summary>The draft is to be removed, if there is one.</summary>
    public void GiveUpDraft() => Alone(() =>
    {
        GiveUpLeftDraft();
        return true;
    });

    /// <summary>The time, as a name that nothing has yet.</summary>
    public string FreeName()
    {
        string stem = threads.Clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string name = stem;
        for (int attempt = 2; Has(name); attempt++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{attempt}");
        }

        return name;
    }

    /// <summary>Whether something has the name.</summary>
    public bool Has(string name) => _directory is not null && Entries.GetKind(name) != EntryKind.None;

    /// <summary>The manifests of all whole snapshots; one that is started or damaged is not among them.</summary>
    public IReadOnlyList<SnapshotInfo> List()
    {
        var found = new List<SnapshotInfo>();
        foreach (string name in _directory is null ? [] : Entries.List().Where(SnapshotName.IsValid))
        {
            using IDirectory? snapshot = Entries.GetKind(name) == EntryKind.Directory ? Entries.TryOpenDirectory(name) : null;
            if (snapshot is not null && SnapshotManifest.TryRead(snapshot) is { } info)
            {
                found.Add(info with { Name = name });
            }
        }

        return [.. found.OrderBy(static info => info.Sequence).ThenBy(static info => info.Created)];
    }

    /// <summary>False where there is no snapshot of that name. Durable when it returns; its files are still to be removed.</summary>
    /// <exception cref="SnapshotConflictException">It is in use, or no snapshot any more.</exception>
    public bool Delete(string name) => Alone(() =>
    {
        using IDirectory? snapshot = _directory is not null && Entries.GetKind(name) == EntryKind.Directory ? Entries.TryOpenDirectory(name) : null;
        if (snapshot is null)
        {
            return false;
        }

        if (snapshot.GetKind(SnapshotManifest.Name) == EntryKind.None)
        {
            throw new SnapshotConflictException($"{snapshot.Path} is no snapshot any more: it has been started, and is a store of its own. Remove it by hand if nobody needs it.");
        }

        using IDisposable held = DirectoryLock.TryTake(snapshot, DataDirectory.LockName)
            ?? throw new SnapshotConflictException($"Another process is using {snapshot.Path}.");
        GiveUp(name);
        _directory!.Sync();
        return true;
    });

    /// <summary>Removes all that was given up. What cannot be removed now is, at the next start.</summary>
    /// <param name="paused">Called after some files.</param>
    public void RemoveGone(Action paused)
    {
        foreach (string name in Gone())
        {
            new TreeRemoval(paused).Remove(Entries, name);
        }
    }

    public void Dispose() => _directory?.Dispose();

    private IReadOnlyList<string> Gone() => [.. Entries.List().Where(static name => name.StartsWith(GonePrefix, StringComparison.Ordinal))];

    private void GiveUpLeftDraft()
    {
        if (_directory is not null && Entries.GetKind(DraftName) != EntryKind.None)
        {
            GiveUp(DraftName);
        }
    }

    /// <summary>One changes names at a time. No gate is held during a system call.</summary>
    private T Alone<T>(Func<T> change)
    {
        lock (_gate)
        {
            while (_isChanging)
            {
                threads.Wait(_gate, Timeout.InfiniteTimeSpan);
            }

            _isChanging = true;
        }

        try
        {
            return change();
        }
        finally
        {
            lock (_gate)
            {
                _isChanging = false;
                threads.PulseAll(_gate);
            }
        }
    }

    private void GiveUp(string name)
    {
        int number = 1;
        while (Entries.GetKind(GoneName(number)) != EntryKind.None)
        {
            number++;
        }

        Entries.Rename(name, Entries, GoneName(number));
    }

    private static string GoneName(int number) => GonePrefix + number.ToString(CultureInfo.InvariantCulture);

    private static IDirectory Required(IDirectory parent, string name) =>
        parent.TryOpenDirectory(name) ?? throw new FileSystemException(SystemCall.Open, $"{parent.Path}/{name}", Errno.ENOENT);
}
