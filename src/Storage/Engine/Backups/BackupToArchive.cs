using System.Formats.Tar;
using System.Security.Cryptography;
using DocService.Storage.Io;
using ZstdSharp;

namespace DocService.Storage.Engine.Backups;

/// <summary>Puts a backup into one file: a tar archive, compressed by zstd, whose last entry is the manifest.</summary>
/// <remarks>Thread: one. Invariant: the file has its name only when it is whole and synced.</remarks>
internal sealed class BackupToArchive(IFileSystem files, Action<long, long> progress)
{
    private const string DraftSuffix = ".draft";
    private const string ManifestSuffix = ".manifest";
    private const int Level = 3; // zstd's own default
    private const int ProgressFiles = 256;

    public BackupReport Run(IDirectory snapshot, SnapshotInfo info, string to)
    {
        (string parent, string name) = (Path.GetDirectoryName(to)!, Path.GetFileName(to));
        using IDirectory target = files.TryOpenDirectory(parent) ?? throw new StoreConfigurationException($"There is no directory {parent}.");
        if (target.GetKind(name) != EntryKind.None)
        {
            throw new StoreConfigurationException($"{to} exists already.");
        }

        target.TryUnlink(name + DraftSuffix);
        target.TryUnlink(name + ManifestSuffix);
        (long count, long bytes) = (0, 0);
        try
        {
            using IFile file = target.Create(name + DraftSuffix);
            using IFile manifest = target.Create(name + ManifestSuffix);
            (count, bytes) = WriteAll(snapshot, info, file, manifest);
            file.Sync();
        }
        catch (Exception exception) when (exception is FileSystemException or OperationCanceledException)
        {
            BackupFailures.TryTidy(() => target.TryUnlink(name + DraftSuffix));
            throw;
        }
        finally
        {
            BackupFailures.TryTidy(() => target.TryUnlink(name + ManifestSuffix));
        }

        target.Rename(name + DraftSuffix, target, name);
        target.Sync();
        return new BackupReport(info, to, count, bytes, count, bytes);
    }

    private (long Files, long Bytes) WriteAll(IDirectory snapshot, SnapshotInfo info, IFile file, IFile manifest)
    {
        (long count, long bytes) = (0, 0);
        using var compressed = new CompressionStream(new FileWriteStream(file), Level, leaveOpen: false);
        compressed.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        using var archive = new TarWriter(compressed, TarEntryFormat.Pax);
        using var lines = new BackupManifest.Writer(manifest);
        foreach (string path in BackupTree.Directories)
        {
            using IDirectory? source = BackupTree.Open(files, snapshot, path);
            foreach (string name in source is null ? [] : BackupTree.NamesIn(source, path))
            {
                using IFile one = source!.TryOpen(name, FileAccess.Read) ?? throw new StoreConfigurationException($"{source.Path}/{name} is missing in the snapshot.");
                string entry = path.Length == 0 ? name : $"{path}/{name}";
                lines.Add(new BackupLine(entry, Add(archive, entry, one, info.Created)));
                bytes += one.GetLength();
                if (++count % ProgressFiles == 0)
                {
                    progress(count, info.Documents + info.Versions);
                }
            }
        }

        lines.Finish();
        Add(archive, BackupManifest.Name, manifest, info.Created);
        progress(count, info.Documents + info.Versions);
        return (count, bytes);
    }

    private static Sha256Digest Add(TarWriter archive, string name, IFile file, DateTimeOffset created)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var content = new HashedStream(new FileReadStream(file), hash);
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, ModificationTime = created, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead });
        return new Sha256Digest(hash.GetCurrentHash());
    }
}
