using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Backups;

/// <summary>Makes a backup of a snapshot.</summary>
/// <remarks>Thread: one, offline of the snapshot, which is held by its lock.</remarks>
internal sealed class Backup(IFileSystem files, IThreads threads, Action<long, long> progress)
{
    /// <summary>Ends of names that ask for an archive.</summary>
    public const string ArchiveSuffix = ".tar.zst";

    /// <param name="snapshotPath">Of a snapshot.</param>
    /// <param name="to">A directory, or an archive.</param>
    /// <param name="keep">So many stay.</param>
    public BackupReport Run(string snapshotPath, string to, int? keep)
    {
        using IDirectory snapshot = files.TryOpenDirectory(snapshotPath) ?? throw new StoreConfigurationException($"There is no snapshot {snapshotPath}.");
        SnapshotInfo info = Recognise(snapshot);
        using IDisposable held = DirectoryLock.TryTake(snapshot, DataDirectory.LockName) ?? throw new StoreInUseException($"Another process is using {snapshotPath}.");
        Recognise(snapshot); // it may have been started before it was held
        long total = info.Documents + info.Versions;
        if (to.EndsWith(ArchiveSuffix, StringComparison.Ordinal))
        {
            return new BackupToArchive(files, progress).Run(snapshot, info, to);
        }

        using IDirectory target = DirectoryCreation.OpenOrCreate(files, to, out _);
        return new BackupToDirectory(files, target, threads, done => progress(done, total)).Run(snapshot, info, keep);
    }

    private static SnapshotInfo Recognise(IDirectory snapshot) =>
        FormatFile.Recognise(snapshot, DataDirectory.LockName) is { IsSnapshot: true } && SnapshotManifest.TryRead(snapshot) is { } info
            ? info
            : throw new StoreConfigurationException($"{snapshot.Path} is no snapshot, or has been started.");
}
