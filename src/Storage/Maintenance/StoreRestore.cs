using DocService.Storage.Engine.Backups;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Threading;

namespace DocService.Storage.Maintenance;

/// <summary>Makes a data directory of a backup. Its first start is that of a store of its own: another id, and versions that no other store hands out.</summary>
public static class StoreRestore
{
    /// <summary>Blocks until the directory is durable. Every file is compared with its digest. What was cut off is no data directory, and a start refuses it.</summary>
    /// <param name="from">Absolute path of a backup, of a directory of backups, whose newest whole one is taken, or of an archive.</param>
    /// <param name="to">Absolute path of a directory that is empty or absent.</param>
    /// <param name="progress">Told how many files are done, and of how many; 0 where that is not known.</param>
    /// <exception cref="StoreConfigurationException">There is no backup, or the target is not empty, or the disk refused.</exception>
    /// <exception cref="StoreFormatException">A file is missing, foreign or damaged, which the message names; or the backup was cut short.</exception>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    public static BackupReport Run(string from, string to, Action<long, long>? progress = null) => Run(PosixFileSystem.Create(), from, to, progress);

    /// <summary>As the public one, on any filesystem.</summary>
    internal static BackupReport Run(IFileSystem files, string from, string to, Action<long, long>? progress = null) =>
        BackupFailures.Translate("The restore", () => new Restore(files, new SystemThreads(TimeProvider.System), progress ?? (static (_, _) => { })).Run(from, to));
}
