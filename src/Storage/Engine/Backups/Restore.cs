using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Backups;

/// <summary>Makes a data directory of a backup, every file compared with its digest.</summary>
/// <remarks>
/// Thread: one.
/// Invariant: FORMAT gets its name last, when everything else is durable: what was cut off before is no data directory, and is refused by a start and by a
/// restore. Its name <see cref="DraftName"/> says what it is.
/// </remarks>
internal sealed class Restore(IFileSystem files, IThreads threads, Action<long, long> progress)
{
    /// <summary>There as long as the directory is not whole.</summary>
    public const string DraftName = "RESTORE-UNFINISHED";

    private const int ProgressFiles = 256;

    public BackupReport Run(string from, string to)
    {
        using IDirectory? directory = IsFile(from) ? null : files.TryOpenDirectory(from) ?? throw new StoreConfigurationException($"There is no backup {from}.");
        using IDirectory? backup = directory is null ? null : Newest(directory);
        if (backup is not null)
        {
            CheckWhole(backup); // before anything is written
        }

        using IDirectory target = DirectoryCreation.OpenOrCreate(files, to, out _);
        if (target.List().FirstOrDefault(static name => name != "lost+found") is { } there)
        {
            throw new StoreConfigurationException(target.GetKind(DraftName) == EntryKind.None
                ? $"{to} is not empty: it holds '{there}'. Choose an empty directory."
                : $"{to} is what a restore has left that was cut off. Empty it first.");
        }

        target.Create(DraftName).Dispose();
        using var copies = new CopiedFiles(threads);
        long count = backup is null ? new RestoreFromArchive(files, copies, progress).Run(from, target) : CopyAll(backup, target, copies);
        copies.Sync();
        SnapshotInfo info = SnapshotManifest.TryRead(target) ?? throw new StoreFormatException($"{from} holds no whole {SnapshotManifest.Name}.");
        Complete(target);
        return new BackupReport(info with { Path = to }, to, count, copies.Bytes, copies.Files, copies.Bytes);
    }

    private bool IsFile(string path)
    {
        using IDirectory? parent = files.TryOpenDirectory(Path.GetDirectoryName(path) ?? "/");
        return parent is not null && parent.GetKind(Path.GetFileName(path)) == EntryKind.File;
    }

    /// <summary>The directory itself, or the newest whole backup in it.</summary>
    private IDirectory Newest(IDirectory directory)
    {
        if (directory.GetKind(BackupManifest.Name) == EntryKind.File)
        {
            return files.TryOpenDirectory(directory.Path)!;
        }

        return BackupToDirectory.WholeIn(directory) is [.., var newest]
            ? directory.TryOpenDirectory(newest.Name)!
            : throw new StoreConfigurationException($"{directory.Path} is no backup, and holds none: there is no {BackupManifest.Name}, which is written last.");
    }

    private static long CheckWhole(IDirectory backup)
    {
        using IFile manifest = OpenManifest(backup);
        return BackupManifest.TryCount(manifest) ?? throw new StoreFormatException($"{manifest.Path} has no end, or is damaged: the backup was cut short.");
    }

    private static IFile OpenManifest(IDirectory backup) =>
        backup.TryOpen(BackupManifest.Name, FileAccess.Read) ?? throw new StoreFormatException($"{backup.Path}/{BackupManifest.Name} is missing: the backup was cut short.");

    private long CopyAll(IDirectory backup, IDirectory target, CopiedFiles copies)
    {
        long total = CheckWhole(backup);
        long count = 0;
        using var places = new RestorePlaces(files, target);
        using var sources = new RestorePlaces(files, backup);
        using IFile manifest = OpenManifest(backup);
        foreach (BackupLine line in BackupManifest.Read(manifest))
        {
            (string path, string name) = BackupTree.Split(line.Path);
            using IFile file = sources.Open(path)?.TryOpen(name, FileAccess.Read) ?? throw new StoreFormatException($"{backup.Path}/{line.Path} is missing.");
            if (copies.Copy(new FileReadStream(file), places.Make(path), RestorePlaces.NameOf(line.Path, name)) != line.Sha256)
            {
                throw new StoreFormatException($"{backup.Path}/{line.Path} is damaged: it has not the digest that {BackupManifest.Name} says.");
            }

            if (++count % ProgressFiles == 0)
            {
                progress(count, total);
            }
        }

        progress(count, total);
        return count;
    }

    private void Complete(IDirectory target)
    {
        target.TryCreateDirectory(DataDirectory.QuarantineName);
        using (IDirectory documents = BackupTree.Make(files, target, DataDirectory.DocumentsName))
        {
            for (int shard = 0; shard < DocumentPath.Shards; shard++)
            {
                documents.TryCreateDirectory(DocumentPath.ShardName(shard)); // an archive has none that are empty
            }
        }

        foreach (string path in BackupTree.Directories)
        {
            if (path.StartsWith(DataDirectory.VersionsName, StringComparison.Ordinal) && target.GetKind(DataDirectory.VersionsName) == EntryKind.None)
            {
                continue;
            }

            using IDirectory directory = BackupTree.Make(files, target, path);
            directory.Sync();
        }

        BackupTree.SyncSharded(target);
        target.Sync();
        target.TryUnlink(DraftName);
        target.Rename(RestorePlaces.FormatDraftName, target, FormatFile.Name);
        target.Sync();
    }
}
