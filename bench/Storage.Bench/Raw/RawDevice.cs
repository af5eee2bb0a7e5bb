using System.Diagnostics;
using DocService.Storage.Bench.Support;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Bench.Raw;

/// <summary>
/// What the disk allows: one thread, one file full of zeros as a journal segment is, pwrite of one group and fdatasync,
/// again and again. No journal with this group size can acknowledge faster.
/// </summary>
/// <remarks>Owns: the file, removed when disposed. Thread: one.</remarks>
internal sealed class RawDevice : IDisposable
{
    private const string Name = "raw-device";
    private const int FileBytes = 64 << 20; // one segment
    private const int ChunkBytes = 1 << 20;

    private readonly IDirectory _directory;
    private readonly IFile _file;
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(FileBytes);

    public RawDevice(string directory)
    {
        _directory = PosixFileSystem.Create().TryOpenDirectory(directory) ?? throw new UsageException($"{directory} does not exist.");
        _directory.TryUnlink(Name);
        _file = _directory.Create(Name);
        byte[] zeros = new byte[ChunkBytes];
        for (long offset = 0; offset < FileBytes; offset += ChunkBytes)
        {
            _file.Write(zeros, offset);
        }

        _file.Sync();
        new Random(1).NextBytes(_bytes);
    }

    /// <summary>Length of the group that this many commits make, padding included; at most the file's.</summary>
    public static int GroupBytes(int commits, int batch, int bodyBytes)
    {
        const int IdBytes = 12;
        int payload = checked(batch * Operation.Measure(IdBytes, "application/json".Length, bodyBytes));
        long group = (long)commits * JournalFormat.Align(RecordHeader.Bytes + payload);
        return (int)Math.Min(JournalFormat.BlockAlign(group), FileBytes);
    }

    /// <summary>Syncs groups of a length for a time.</summary>
    public LoadResult Run(int groupBytes, TimeSpan duration)
    {
        var latencies = new Latencies();
        long offset = 0;
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            if (offset + groupBytes > FileBytes)
            {
                offset = 0;
            }

            long begun = Stopwatch.GetTimestamp();
            _file.Write(_bytes.AsSpan(0, groupBytes), offset);
            _file.SyncData();
            latencies.Add(begun);
            offset += groupBytes;
        }

        return new LoadResult(latencies, Stopwatch.GetElapsedTime(started));
    }

    public void Dispose()
    {
        _file.Dispose();
        _directory.TryUnlink(Name);
        _directory.Dispose();
    }
}
