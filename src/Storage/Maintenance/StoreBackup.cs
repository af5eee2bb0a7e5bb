using DocService.Storage.Engine.Backups;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Threading;

namespace DocService.Storage.Maintenance;

/// <summary>Copies a snapshot somewhere else, with a digest of every file: into a directory, where unchanged files are shared with the backup before, or into one archive.</summary>
public static class StoreBackup
{
    /// <summary>Ends of names that ask for an archive.</summary>
    public const string ArchiveSuffix = Backup.ArchiveSuffix;

    /// <summary>Blocks until the backup is durable. One that was cut off is not whole, and is not taken for one.</summary>
    /// <param name="snapshot">Absolute path of a snapshot that was never started.</param>
    /// <param name="to">Absolute path of a directory of backups, made when absent, or of a file that ends in <see cref="ArchiveSuffix"/>, which must not exist.</param>
    /// <param name="keep">So many of the newest backups stay in the directory; null: all.</param>
    /// <param name="progress">Told how many files are done, and of how many. If it throws <see cref="OperationCanceledException"/>, the backup ends, and nothing of it is left.</param>
    /// <exception cref="StoreConfigurationException">It is no snapshot, or there is something else where the backup is to go, or the disk refused.</exception>
    /// <exception cref="StoreInUseException">A process uses the snapshot.</exception>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    public static BackupReport Run(string snapshot, string to, int? keep, Action<long, long>? progress = null) => Run(PosixFileSystem.Create(), snapshot, to, keep, progress);

    /// <summary>As the public one, on any filesystem.</summary>
    internal static BackupReport Run(IFileSystem files, string snapshot, string to, int? keep, Action<long, long>? progress = null) =>
        BackupFailures.Translate("The backup", () => new Backup(files, new SystemThreads(TimeProvider.System), progress ?? (static (_, _) => { })).Run(snapshot, to, keep));
}
