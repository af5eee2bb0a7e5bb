using DocService.Storage.Io;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>Opening, creating, reading and writing files.</summary>
public abstract class FileConformanceTests : ConformanceTests
{
    private protected FileConformanceTests(IConformanceVolume volume)
        : base(volume)
    {
    }

    [Fact]
    public void Open_Absent_ReturnsNull()
    {
        using IDirectory root = Root();

        Assert.Null(root.TryOpen("absent", FileAccess.Read));
        Assert.Null(root.TryOpen("absent", FileAccess.ReadWrite));
    }

    [Fact]
    public void ReadSome_WholeFile_IsReadAtOnceAndNothingBehindIt()
    {
        using IDirectory root = Root();
        Put(root, "file", "hello"u8);
        using IFile file = root.TryOpen("file", FileAccess.Read)!;
        var buffer = new byte[16];

        Assert.Equal(5, file.ReadSome(buffer, 0));
        Assert.Equal("hello"u8, buffer.AsSpan(0, 5));
        Assert.Equal(2, file.ReadSome(buffer, 3));
        Assert.Equal(0, file.ReadSome(buffer, 5));
    }

    [Fact]
    public void Stamp_SameFile_IsTheSameByHandleAndByEveryName()
    {
        using IDirectory root = Root();
        using IFile file = root.Create("temp");
        file.Write("hello"u8, 0);
        file.Sync();
        FileStamp stamp = file.GetStamp();

        Assert.Equal(5, stamp.Bytes);
        Assert.Equal(stamp, root.TryGetStamp("temp"));
        root.Rename("temp", root, "file");
        Assert.Equal(stamp, root.TryGetStamp("file"));
        Assert.Null(root.TryGetStamp("temp"));
        using IFile read = root.TryOpen("file", FileAccess.Read)!;
        read.Read(new byte[5], 0);
        Assert.Equal(stamp, root.TryGetStamp("file"));
    }

    [Fact]
    public void Stamp_FileWrittenToOrReplaced_IsAnother()
    {
        using IDirectory root = Root();
        Put(root, "file", "hello"u8);
        FileStamp first = root.TryGetStamp("file")!.Value;
        Put(root, "other", "hello"u8);
        Assert.NotEqual(first, root.TryGetStamp("other"));
        using (IFile file = root.TryOpen("file", FileAccess.ReadWrite)!)
        {
            file.Write("!"u8, 5);
        }

        Assert.NotEqual(first, root.TryGetStamp("file"));
        root.Rename("other", root, "file");
        Assert.NotEqual(first, root.TryGetStamp("file"));
        CreateSymbolicLink(RootPath + "/link", "file");
        Assert.NotEqual(root.TryGetStamp("file"), root.TryGetStamp("link"));
    }

    [Fact]
    public void Open_Directory_FailsAtTheLatestWhenRead()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("sub"));

        Fails(Errno.EISDIR, () => root.TryOpen("sub", FileAccess.ReadWrite));
        using IFile opened = root.TryOpen("sub", FileAccess.Read)!;
        Fails(Errno.EISDIR, () => opened.Read(new byte[1], 0));
    }

    [Theory]
    [InlineData(FileAccess.Read)]
    [InlineData(FileAccess.ReadWrite)]
    public void Open_SymbolicLink_FailsWithLoop(FileAccess access)
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        CreateSymbolicLink(RootPath + "/link", "file");
        CreateSymbolicLink(RootPath + "/dangling", "nowhere");

        Fails(Errno.ELOOP, () => root.TryOpen("link", access));
        Fails(Errno.ELOOP, () => root.TryOpen("dangling", access));
    }

    [Fact]
    public void Create_NameTaken_FailsWithExists()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        Assert.True(root.TryCreateDirectory("sub"));
        CreateSymbolicLink(RootPath + "/dangling", "nowhere");

        Fails(Errno.EEXIST, () => root.Create("file"));
        Fails(Errno.EEXIST, () => root.Create("sub"));
        Fails(Errno.EEXIST, () => root.Create("dangling"));
        Assert.Equal("x"u8, Get(root, "file"));
    }

    [Fact]
    public void Create_New_IsReadableAndWritable()
    {
        using IDirectory root = Root();
        using IFile file = root.Create("file");

        Assert.Equal(0, file.GetLength());
        file.Write("hello"u8, 0);
        var buffer = new byte[5];
        Assert.Equal(5, file.Read(buffer, 0));
        Assert.Equal("hello"u8, buffer);
        Assert.Equal(RootPath + "/file", file.Path);
        root.WriteBackVolume();
        file.SyncData();
        file.Sync();
        file.DropCache();
        root.Sync();
        Assert.Equal(5, file.GetLength());
    }

    [Fact]
    public void Write_ReadOnlyHandle_FailsWithBadDescriptor()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        using IFile file = root.TryOpen("file", FileAccess.Read)!;

        Fails(Errno.EBADF, () => file.Write("y"u8, 0));
        file.Sync();
        Assert.Equal("x"u8, Get(root, "file"));
    }

    [Fact]
    public void Read_PastTheEnd_ReturnsWhatThereIs()
    {
        using IDirectory root = Root();
        Put(root, "file", "hello"u8);
        using IFile file = root.TryOpen("file", FileAccess.Read)!;
        var buffer = new byte[10];

        Assert.Equal(3, file.Read(buffer, 2));
        Assert.Equal("llo"u8, buffer.AsSpan(0, 3));
        Assert.Equal(0, file.Read(buffer, 5));
        Assert.Equal(0, file.Read(buffer, 1_000_000));
        Assert.Equal(0, file.Read([], 0));
    }

    [Fact]
    public void Write_BehindTheEnd_FillsTheGapWithZeros()
    {
        using IDirectory root = Root();
        using IFile file = root.Create("file");
        file.Write("ab"u8, 4095);
        file.Write("z"u8, 20_000);

        Assert.Equal(20_001, file.GetLength());
        var expected = new byte[20_001];
        (expected[4095], expected[4096], expected[20_000]) = ((byte)'a', (byte)'b', (byte)'z');
        Assert.Equal(expected, Get(root, "file"));
    }

    [Fact]
    public void Write_Overlapping_ReplacesOnlyItsBytes()
    {
        using IDirectory root = Root();
        var random = new Random(7);
        var expected = new byte[3 * 4096];
        using IFile file = root.Create("file");
        file.Write(expected, 0);
        for (int round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            int offset = random.Next(expected.Length - bytes.Length);
            file.Write(bytes, offset);
            bytes.CopyTo(expected, offset);
        }

        Assert.Equal(expected, Get(root, "file"));
    }

    [Fact]
    public void Write_Empty_DoesNotGrow()
    {
        using IDirectory root = Root();
        using IFile file = root.Create("file");
        file.Write([], 100);

        Assert.Equal(0, file.GetLength());
    }

    [Fact]
    public void Handles_AfterDispose_Throw()
    {
        IDirectory root = Root();
        IFile file = root.Create("file");
        file.Dispose();
        file.Dispose();
        root.Dispose();
        root.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.GetLength());
        Assert.Throws<ObjectDisposedException>(() => file.Read(new byte[1], 0));
        Assert.Throws<ObjectDisposedException>(() => file.Write("x"u8, 0));
        Assert.Throws<ObjectDisposedException>(file.Sync);
        Assert.Throws<ObjectDisposedException>(() => root.TryOpen("file", FileAccess.Read));
        Assert.Throws<ObjectDisposedException>(() => root.List());
        Assert.Throws<ObjectDisposedException>(root.Sync);
    }
}
