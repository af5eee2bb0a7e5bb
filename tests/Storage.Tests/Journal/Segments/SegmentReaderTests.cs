using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Segments;

/// <summary>What is asked of a segment is there, wherever the steps of reading end.</summary>
public sealed class SegmentReaderTests
{
    private const int Step = 1 << 20;

    private readonly SimulatedFileSystem _disk = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Step - 1)]
    [InlineData(Step)]
    [InlineData(Step + 1)]
    [InlineData((3 * Step) + 77)]
    public void Through_RandomOffsets_IsTheFile(int length)
    {
        var random = new Random(length);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        using IFile file = Open(bytes);
        var reader = new SegmentReader(file, new byte[length], length);
        int last = 0;
        for (int offset = 0; offset < length + Step; offset += random.Next(Step / 3))
        {
            ReadOnlySpan<byte> read = reader.Through(offset);
            Assert.InRange(read.Length, Math.Max(last, Math.Min(offset, length)), Math.Min(length, Math.Max(last, offset + Step)));
            Assert.True(read.SequenceEqual(bytes.AsSpan(0, read.Length)));
            last = read.Length;
        }

        Assert.Equal(length, last);
    }

    [Fact]
    public void Through_FileIsShorterThanItSays_EndsWhereItEnds()
    {
        using IFile file = Open(new byte[Step + 5]);
        var reader = new SegmentReader(file, new byte[4 * Step], 4 * Step);
        Assert.Equal(Step + 5, reader.Through(3 * Step).Length);
        Assert.Equal(Step + 5, reader.Through(4 * Step).Length);
    }

    [Fact]
    public void Through_AskedForLittle_ReadsOneStep()
    {
        using IFile file = Open(new byte[4 * Step]);
        var reader = new SegmentReader(file, new byte[4 * Step], 4 * Step);
        reader.Through(1);
        reader.Through(Step);
        Assert.Equal([(0L, (long)Step)], _disk.Log.Take().Where(call => call.Kind == CallKind.Read).Select(call => (call.Offset, call.Length)));
    }

    private IFile Open(byte[] bytes)
    {
        _disk.Disk.CreateDirectory("/j");
        _disk.Disk.Write("/j/file", bytes);
        using IDirectory directory = _disk.TryOpenDirectory("/j")!;
        return directory.TryOpen("file", FileAccess.Read)!;
    }
}
