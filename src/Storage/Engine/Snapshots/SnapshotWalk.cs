using System.Security.Cryptography;
using System.Text;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>Gives each file of a directory a second name in another one; where that cannot be, it copies the file.</summary>
/// <remarks>
/// Thread: one, beside the filer, which puts new files in the place of old ones and never writes into one that is there. So each name has
/// the file that it led to at some moment of the walk, and that file never changes.
/// </remarks>
/// <param name="paused">Called after some files, on the same thread: what else is to be done meanwhile.</param>
internal sealed class SnapshotWalk(Action paused) : IDisposable
{
    /// <summary>So many files take some milliseconds.</summary>
    public const int SliceFiles = 256;

    private readonly IncrementalHash _names = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _slice;

    /// <summary>Files taken.</summary>
    public long Files { get; private set; }

    /// <summary>Their lengths together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of the paths of all that were taken, in the order in which they were.</summary>
    public Sha256Digest GetNames() => new(_names.GetCurrentHash());

    /// <summary>Takes the files of those names, as far as they are still there. The target is synced when this returns.</summary>
    /// <param name="path">Of the directory in the data directory: part of what the digest is of.</param>
    /// <param name="source">Where they are.</param>
    /// <param name="names">What they are called.</param>
    /// <param name="target">Empty.</param>
    public void Take(string path, IDirectory source, IEnumerable<string> names, IDirectory target)
    {
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            if (TryTake(source, name, target))
            {
                Note(path, name, target);
            }

            if (++_slice % SliceFiles == 0)
            {
                paused();
            }
        }

        target.Sync();
        paused();
    }

    /// <summary>A file that is still written to gets a copy of its own, as long as it is now.</summary>
    public bool TryCopy(IDirectory source, string name, IDirectory target)
    {
        using IFile? file = source.TryOpen(name, FileAccess.Read);
        if (file is null)
        {
            return false;
        }

        long length = file.GetLength();
        using IFile copy = target.Create(name);
        for (long offset = 0; offset < length;)
        {
            int count = file.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, length - offset)), offset);
            if (count == 0)
            {
                break;
            }

            copy.Write(_buffer.AsSpan(0, count), offset);
            offset += count;
        }

        copy.Sync();
        return true;
    }

    /// <summary>False where nothing has the name any more, or what has it is no file: somebody has put it there.</summary>
    public bool TryTake(IDirectory source, string name, IDirectory target)
    {
        if (source.GetKind(name) != EntryKind.File)
        {
            return false;
        }

        try
        {
            source.Link(name, target, name);
            return true;
        }
        catch (FileSystemException exception) when (exception.Error == Errno.ENOENT)
        {
            return false; // deleted meanwhile
        }
        catch (FileSystemException exception) when (exception.IsWithoutLinks || exception.Error == Errno.EXDEV)
        {
            return TryCopy(source, name, target);
        }
    }

    public void Dispose() => _names.Dispose();

    /// <summary>Adds the path to the digest.</summary>
    public static void AddName(IncrementalHash names, string path, string name) => names.AppendData(Encoding.UTF8.GetBytes($"{path}/{name}\n"));

    private void Note(string path, string name, IDirectory target)
    {
        AddName(_names, path, name);
        Files++;
        Bytes += target.TryGetStamp(name)?.Bytes ?? 0;
    }
}
