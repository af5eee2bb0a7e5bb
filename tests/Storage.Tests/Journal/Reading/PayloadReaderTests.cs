using DocService.Storage.Io;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Reading;

/// <summary>Payloads read once more by recovery: the right bytes, few calls, and nobody's bad block in the way.</summary>
public sealed class PayloadReaderTests : IDisposable
{
    private const int Length = 3 * 1024 * 1024;

    private readonly SimulatedFileSystem _disk = new();
    private readonly byte[] _bytes = new byte[Length];
    private readonly IDirectory _directory;
    private readonly IFile _file;
    private readonly PayloadReader _reader = new();

    public PayloadReaderTests()
    {
        new Random(20261126).NextBytes(_bytes);
        _disk.Disk.CreateDirectory("/data");
        _disk.Disk.Write("/data/a", _bytes);
        _directory = _disk.TryOpenDirectory("/data")!;
        _file = _directory.TryOpen("a", FileAccess.Read)!;
    }

    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Read_OneBehindTheOther_TakesFewCalls()
    {
        for (int offset = 4096; offset + 1200 <= Length; offset += 1200)
        {
            AssertReads(offset, 1200);
        }

        Assert.InRange(Reads(), Length / (64 * 1024), Length / (50 * 1024));
    }

    [Theory]
    [InlineData(2 * 1024 * 1024, 10)]
    [InlineData(0, 10)] // back
    [InlineData(100, 2 * 1024 * 1024)] // more than it reads at a time
    [InlineData(50, 0)]
    [InlineData(Length - 10, 10)]
    public void Read_Anywhere_IsWhatStandsThere(int offset, int bytes)
    {
        AssertReads(1024 * 1024, 100);
        AssertReads(offset, bytes);
        AssertReads(offset, Math.Min(bytes, 1));
    }

    [Fact]
    public void Read_BeyondTheEnd_IsShorter() => Assert.Equal(_bytes.AsSpan(Length - 10), _reader.Read(_file, Length - 10, 20));

    [Fact]
    public void Read_AnotherFileAtTheSamePlace_IsNotTheFirst()
    {
        _disk.Disk.Write("/data/b", new byte[100]);
        using IFile other = _directory.TryOpen("b", FileAccess.Read)!;
        AssertReads(0, 50);
        Assert.Equal(new byte[50], _reader.Read(other, 0, 50));
    }

    [Fact]
    public void Read_WhatFollowsCannotBeRead_ReadsWhatIsAskedFor()
    {
        _ = _disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.Read && call.Length > 5000);
        AssertReads(100, 5000);
        AssertReads(5100, 5000);
        Assert.Throws<FileSystemException>(() => _reader.Read(_file, 0, 5001).Length);
        AssertReads(100, 5000);
        Assert.InRange(Reads(), 4, 6); // the device is not asked again and again for what it cannot give
    }

    private void AssertReads(int offset, int bytes) => Assert.Equal(_bytes.AsSpan(offset, bytes), _reader.Read(_file, offset, bytes));

    private int Reads() => _disk.Log.Take().Count(call => call.Kind == CallKind.Read);
}
