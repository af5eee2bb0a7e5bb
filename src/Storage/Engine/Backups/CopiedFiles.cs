using System.Security.Cryptography;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Backups;

/// <summary>Writes files, many at a time: a sync of many at once costs little more than that of one.</summary>
/// <remarks>Owns: those that are not synced yet. Thread: one; the syncs run on others.</remarks>
internal sealed class CopiedFiles(IThreads threads) : IDisposable
{
    private const int OpenMax = 128;
    private const int Workers = 16;

    private readonly DiskThreads _threads = new(Workers, threads);
    private readonly List<IFile> _unsynced = [];
    private readonly byte[] _buffer = new byte[256 << 10];

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Copies what is read to a new file; returns the digest of it.</summary>
    /// <param name="source">What is read, to its end.</param>
    /// <param name="target">Where the file is made.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isCounted">It is a file of the backup, and not what tells of these.</param>
    public Sha256Digest Copy(Stream source, IDirectory target, string name, bool isCounted = true)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        IFile copy = target.Create(name);
        _unsynced.Add(copy);
        long offset = 0;
        for (int count; (count = source.Read(_buffer)) > 0; offset += count)
        {
            hash.AppendData(_buffer.AsSpan(0, count));
            copy.Write(_buffer.AsSpan(0, count), offset);
        }

        Files += isCounted ? 1 : 0;
        Bytes += isCounted ? offset : 0;
        if (_unsynced.Count >= OpenMax)
        {
            Sync();
        }

        return new Sha256Digest(hash.GetCurrentHash());
    }

    /// <summary>All that was copied is durable when this returns, but for the names.</summary>
    public void Sync()
    {
        if (_unsynced.Count > 0)
        {
            _threads.ForEach(_unsynced, Workers, static file => file.Sync());
            Close();
        }
    }

    public void Dispose()
    {
        Close();
        _threads.Dispose();
    }

    private void Close()
    {
        _unsynced.ForEach(static file => file.Dispose());
        _unsynced.Clear();
    }
}
