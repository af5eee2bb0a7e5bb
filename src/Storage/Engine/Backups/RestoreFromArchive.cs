using System.Formats.Tar;
using System.Security.Cryptography;
using DocService.Storage.Io;
using ZstdSharp;

namespace DocService.Storage.Engine.Backups;

/// <summary>Takes the files out of an archive, then reads them again and compares each with its digest: the manifest comes last.</summary>
/// <remarks>Thread: one. An entry that is no file of a backup ends it: nothing else is written, and nothing outside the target.</remarks>
internal sealed class RestoreFromArchive(IFileSystem files, CopiedFiles copies, Action<long, long> progress)
{
    private const int ProgressFiles = 256;

    private readonly byte[] _buffer = new byte[256 << 10];

    public long Run(string from, IDirectory target)
    {
        using IDirectory parent = files.TryOpenDirectory(Path.GetDirectoryName(from) ?? "/")!;
        using IFile file = parent.TryOpen(Path.GetFileName(from), FileAccess.Read) ?? throw new StoreConfigurationException($"There is no file {from}.");
        long taken;
        try
        {
            taken = TakeAll(from, file, target);
        }
        catch (Exception exception) when (exception is ZstdException or InvalidDataException or EndOfStreamException)
        {
            throw new StoreFormatException($"{from} is cut short or damaged ({exception.Message}).", exception);
        }

        using IFile manifest = target.TryOpen(BackupManifest.Name, FileAccess.Read) ?? throw CutShort(from);
        if (BackupManifest.TryCount(manifest) != taken)
        {
            throw CutShort(from);
        }

        Check(from, target, manifest);
        target.TryUnlink(BackupManifest.Name);
        return taken;
    }

    private static StoreFormatException CutShort(string from) => new($"{from} does not end in a whole {BackupManifest.Name}: the backup was cut short.");

    private long TakeAll(string from, IFile file, IDirectory target)
    {
        long count = 0;
        using var places = new RestorePlaces(files, target);
        using var plain = new DecompressionStream(new FileReadStream(file));
        using var archive = new TarReader(plain);
        while (archive.GetNextEntry() is { } entry)
        {
            bool isManifest = entry.Name == BackupManifest.Name;
            if (entry.EntryType != TarEntryType.RegularFile || !(isManifest || BackupTree.IsPath(entry.Name)))
            {
                throw new StoreFormatException($"{from} holds '{entry.Name}' ({entry.EntryType}), which is no file of a backup.");
            }

            (string path, string name) = BackupTree.Split(entry.Name);
            IDirectory place = places.Make(path);
            string called = RestorePlaces.NameOf(entry.Name, name);
            if (place.GetKind(called) != EntryKind.None)
            {
                throw new StoreFormatException($"{from} holds '{entry.Name}' twice.");
            }

            copies.Copy(entry.DataStream ?? Stream.Null, place, called, isCounted: !isManifest);
            if (!isManifest && ++count % ProgressFiles == 0)
            {
                progress(count, 0);
            }
        }

        while (plain.Read(_buffer) > 0)
        {
            // To its very end, where the checksum of the whole is.
        }

        copies.Sync();
        return count;
    }

    private void Check(string from, IDirectory target, IFile manifest)
    {
        using var places = new RestorePlaces(files, target);
        foreach (BackupLine line in BackupManifest.Read(manifest))
        {
            (string path, string name) = BackupTree.Split(line.Path);
            using IFile file = places.Open(path)?.TryOpen(RestorePlaces.NameOf(line.Path, name), FileAccess.Read) ?? throw new StoreFormatException($"{from} does not hold '{line.Path}'.");
            if (DigestOf(file) != line.Sha256)
            {
                throw new StoreFormatException($"'{line.Path}' in {from} is damaged: it has not the digest that {BackupManifest.Name} says.");
            }
        }
    }

    private Sha256Digest DigestOf(IFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count;
        for (long offset = 0; (count = file.Read(_buffer, offset)) > 0; offset += count)
        {
            hash.AppendData(_buffer.AsSpan(0, count));
        }

        return new Sha256Digest(hash.GetCurrentHash());
    }
}
