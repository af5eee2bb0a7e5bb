using DocService.Storage.Documents;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Backups;

/// <summary>Puts a backup beside earlier ones. A file that the newest of those has as well gets a second name, and is not copied.</summary>
/// <remarks>
/// Thread: one.
/// Invariant: a name without a dot in front is a whole backup, durable to the last name. An earlier one is never written to.
/// </remarks>
internal sealed class BackupToDirectory(IFileSystem files, IDirectory target, IThreads threads, Action<long> progress)
{
    private const string DraftName = ".draft";
    private const string GonePrefix = ".gone-";
    private const int ProgressFiles = 256;

    private readonly byte[] _header = new byte[DocumentHeader.BytesMax];
    private readonly byte[] _other = new byte[DocumentHeader.BytesMax];
    private long _files;
    private long _bytes;

    public BackupReport Run(IDirectory snapshot, SnapshotInfo info, int? keep)
    {
        IReadOnlyList<SnapshotInfo> before = WholeIn(target);
        if (target.GetKind(info.Name) != EntryKind.None)
        {
            throw new StoreConfigurationException($"{target.Path}/{info.Name} exists already.");
        }

        var removal = new TreeRemoval(static () => { });
        foreach (string left in target.List().Where(static name => name == DraftName || name.StartsWith(GonePrefix, StringComparison.Ordinal)))
        {
            removal.Remove(target, left);
        }

        using var copies = new CopiedFiles(threads);
        try
        {
            using IDirectory draft = MakeIn(target, DraftName);
            SnapshotInfo? last = before.LastOrDefault(one => one.StoreId == info.StoreId);
            using IDirectory? previous = last is null ? null : target.TryOpenDirectory(last.Name);
            CopyAll(snapshot, draft, previous, copies);
            draft.Sync();
        }
        catch (Exception exception) when (exception is FileSystemException or OperationCanceledException)
        {
            BackupFailures.TryTidy(() => removal.Remove(target, DraftName)); // else a full disk stays full until the next backup
            throw;
        }

        target.Rename(DraftName, target, info.Name);
        target.Sync();
        foreach (SnapshotInfo old in keep is { } most ? before.SkipLast(most - 1) : [])
        {
            target.Rename(old.Name, target, GonePrefix + old.Name);
            target.Sync();
            removal.Remove(target, GonePrefix + old.Name);
        }

        return new BackupReport(info, $"{target.Path}/{info.Name}", _files, _bytes, copies.Files, copies.Bytes);
    }

    /// <summary>The whole backups in a directory, oldest first.</summary>
    /// <exception cref="StoreConfigurationException">It holds something else.</exception>
    public static IReadOnlyList<SnapshotInfo> WholeIn(IDirectory directory)
    {
        var found = new List<SnapshotInfo>();
        foreach (string name in directory.List().Where(static name => name != "lost+found" && !name.StartsWith('.')))
        {
            using IDirectory? backup = SnapshotName.IsValid(name) && directory.GetKind(name) == EntryKind.Directory ? directory.TryOpenDirectory(name) : null;
            if (backup is null || backup.GetKind(BackupManifest.Name) != EntryKind.File || SnapshotManifest.TryRead(backup) is not { } info)
            {
                throw new StoreConfigurationException($"{directory.Path} holds '{name}', which is no backup. Choose a directory of backups, or an empty one.");
            }

            found.Add(info with { Name = name });
        }

        return [.. found.OrderBy(static one => one.Created).ThenBy(static one => one.Sequence)];
    }

    private void CopyAll(IDirectory snapshot, IDirectory draft, IDirectory? previous, CopiedFiles copies)
    {
        using IFile file = draft.Create(BackupManifest.Name);
        using var manifest = new BackupManifest.Writer(file);
        using IFile? known = previous?.TryOpen(BackupManifest.Name, FileAccess.Read);
        using IEnumerator<BackupLine> lines = (known is null ? [] : BackupManifest.Read(known)).GetEnumerator();
        var before = new KnownLines(lines);
        foreach (string path in BackupTree.Directories)
        {
            using IDirectory? source = BackupTree.Open(files, snapshot, path);
            if (source is null)
            {
                continue; // no version is kept
            }

            using IDirectory copy = BackupTree.Make(files, draft, path);
            using IDirectory? old = previous is null || !BackupTree.TellsItsContent(path) ? null : BackupTree.Open(files, previous, path);
            foreach (string name in BackupTree.NamesIn(source, path))
            {
                manifest.Add(CopyOne(source, old, copy, path.Length == 0 ? name : $"{path}/{name}", name, before, copies));
                if (++_files % ProgressFiles == 0)
                {
                    progress(_files);
                }
            }

            copies.Sync();
            copy.Sync();
        }

        BackupTree.SyncSharded(draft);
        manifest.Finish();
        progress(_files);
    }

    private BackupLine CopyOne(IDirectory source, IDirectory? old, IDirectory copy, string path, string name, KnownLines before, CopiedFiles copies)
    {
        using IFile file = source.TryOpen(name, FileAccess.Read) ?? throw new StoreConfigurationException($"{source.Path}/{name} is missing in the snapshot.");
        _bytes += file.GetLength();
        if (old is not null && before.TryFind(path, out Sha256Digest known) && IsSame(file, old, name) && TryLink(old, name, copy))
        {
            return new BackupLine(path, known);
        }

        return new BackupLine(path, copies.Copy(new FileReadStream(file), copy, name));
    }

    /// <summary>The header line tells version and digest, and its own checksum.</summary>
    private bool IsSame(IFile file, IDirectory old, string name)
    {
        using IFile? other = old.TryOpen(name, FileAccess.Read);
        if (other is null || other.GetLength() != file.GetLength())
        {
            return false;
        }

        int count = file.Read(_header, 0);
        int otherCount = other.Read(_other, 0);
        int line = _header.AsSpan(0, count).IndexOf((byte)'\n');
        return line > 0 && line < otherCount && _header.AsSpan(0, line + 1).SequenceEqual(_other.AsSpan(0, line + 1));
    }

    private static bool TryLink(IDirectory old, string name, IDirectory copy)
    {
        try
        {
            old.Link(name, copy, name);
            return true;
        }
        catch (FileSystemException exception) when (exception.IsWithoutLinks || exception.Error == Errno.EXDEV)
        {
            return false;
        }
    }

    private static IDirectory MakeIn(IDirectory parent, string name)
    {
        parent.TryCreateDirectory(name);
        return parent.TryOpenDirectory(name) ?? throw new FileSystemException(SystemCall.Open, $"{parent.Path}/{name}", Errno.ENOENT);
    }

    /// <summary>Lines of an earlier manifest, looked for in their order: it is read once, and not kept.</summary>
    private sealed class KnownLines(IEnumerator<BackupLine> lines)
    {
        private bool _isAny = lines.MoveNext();

        public bool TryFind(string path, out Sha256Digest sha256)
        {
            while (_isAny && string.CompareOrdinal(lines.Current.Path, path) < 0)
            {
                _isAny = lines.MoveNext();
            }

            sha256 = _isAny ? lines.Current.Sha256 : default;
            return _isAny && lines.Current.Path == path;
        }
    }
}
