using System.IO.Hashing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Writing;

/// <summary>The bytes of a group do not depend on how they are cut into writes.</summary>
public sealed class GroupBufferTests
{
    private const ulong Salt = 11;

    private readonly SimulatedFileSystem _disk = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_WithABufferOfOneBlock_GivesTheSameBytes(int seed)
    {
        var random = new Random(seed);
        byte[][] payloads = [.. Enumerable.Range(0, 30).Select(_ => new byte[random.Next(2) == 0 ? random.Next(200) : random.Next(20_000)])];
        Array.ForEach(payloads, random.NextBytes);

        (byte[] atOnce, long[] offsets) = Write("at once", new GroupBuffer(), payloads);
        int before = _disk.Log.Count;
        (byte[] inPieces, long[] sameOffsets) = Write("in pieces", new GroupBuffer(JournalTest.Block), payloads);

        Assert.Equal(atOnce, inPieces);
        Assert.Equal(offsets, sameOffsets);
        Assert.Equal(0, atOnce.Length % JournalTest.Block);
        Assert.All(payloads.Zip(offsets), pair => Assert.Equal(pair.First, atOnce.AsSpan((int)pair.Second, pair.First.Length)));
        Assert.All(
            _disk.Log.Take().Skip(before).Where(call => call.Kind == CallKind.Write),
            call => Assert.Equal((0, JournalTest.Block), (call.Offset % JournalTest.Block, call.Length)));
    }

    /// <summary>The buffer grew to the largest commit: four of 16 MiB in a container of 256 MiB fenced the store for good.</summary>
    [Fact]
    public void Write_ACommitOfManyTimesItsSize_TakesNoMemory()
    {
        using var file = new NoFile();
        var group = new GroupBuffer(64 * 1024);
        byte[] payload = new byte[16 << 20];
        long before = GC.GetAllocatedBytesForCurrentThread();

        group.Start(file, JournalTest.Block);
        group.Add(Header(payload, 1), payload, Salt);
        group.Finish();

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
        Assert.InRange(file.Length, payload.Length, payload.Length + (3 * JournalTest.Block));
    }

    private (byte[] Bytes, long[] Offsets) Write(string name, GroupBuffer group, byte[][] payloads)
    {
        using IDirectory root = _disk.TryOpenDirectory("/")!;
        using IFile file = root.Create(name);
        group.Start(file, 0);
        long[] offsets = [.. payloads.Select((payload, index) => group.Add(Header(payload, index + 1), payload, Salt))];
        long end = group.Finish();
        byte[] bytes = new byte[file.GetLength()];
        file.Read(bytes, 0);
        Assert.Equal(end, bytes.Length);
        return (bytes, offsets);
    }

    private static RecordHeader Header(byte[] payload, long sequence) => new()
    {
        Type = RecordType.Commit,
        PayloadBytes = payload.Length,
        Operations = 1,
        Sequence = sequence,
        DurableThrough = 0,
        FiledThrough = 0,
        PayloadHash = XxHash3.HashToUInt64(payload),
    };

    /// <summary>Counts what is written.</summary>
    private sealed class NoFile : IFile
    {
        public long Length { get; private set; }

        public string Path => "nowhere";

        public void Write(ReadOnlySpan<byte> bytes, long offset) => Length += bytes.Length;

        public long GetLength() => Length;

        public int Read(Span<byte> buffer, long offset) => 0;

        public int ReadSome(Span<byte> buffer, long offset) => 0;

        public FileStamp GetStamp() => default;

        public FileState GetState() => default;

        public InodeIdentity GetIdentity() => default;

        public void SyncData()
        {
        }

        public void Sync()
        {
        }

        public void DropCache()
        {
        }

        public void Dispose()
        {
        }
    }
}
