using DocService.Storage.Io;

namespace DocService.Storage.Tests.Io;

/// <summary>
/// What every implementation of the seam does. The simulated disk proves nothing about the engine unless it answers
/// as Linux does, so both run the same tests.
/// </summary>
public abstract class FileSystemConformanceTests : IDisposable
{
    private protected abstract IFileSystem FileSystem { get; }

    /// <summary>Absolute path of an empty directory.</summary>
    private protected abstract string RootPath { get; }

    private protected abstract void CreateSymbolicLink(string path, string target);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void OpenDirectory_Absent_ReturnsNull()
    {
        Assert.Null(FileSystem.TryOpenDirectory(RootPath + "/absent"));
        Assert.Null(FileSystem.TryOpenDirectory(RootPath + "/absent/deeper"));
        using IDirectory root = Root();
        Assert.Null(root.TryOpenDirectory("absent"));
    }

    [Fact]
    public void OpenDirectory_OnFile_FailsWithNotDirectory()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);

        Fails(Errno.ENOTDIR, () => root.TryOpenDirectory("file"));
        Fails(Errno.ENOTDIR, () => FileSystem.TryOpenDirectory(RootPath + "/file"));
        Fails(Errno.ENOTDIR, () => FileSystem.TryOpenDirectory(RootPath + "/file/below"));
    }

    [Fact]
    public void OpenDirectory_OnSymbolicLink_FollowsAbsolutePathsOnly()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("real"));
        CreateSymbolicLink(RootPath + "/link", "real");

        Fails(Errno.ELOOP, () => root.TryOpenDirectory("link"));
        using IDirectory followed = FileSystem.TryOpenDirectory(RootPath + "/link")!;
        Put(followed, "file", "x"u8);
        using IDirectory real = root.TryOpenDirectory("real")!;
        Assert.Equal("x"u8, Get(real, "file"));
    }

    [Fact]
    public void OpenDirectory_LinkToItself_FailsWithLoop()
    {
        CreateSymbolicLink(RootPath + "/self", "self");

        Fails(Errno.ELOOP, () => FileSystem.TryOpenDirectory(RootPath + "/self"));
    }

    [Fact]
    public void CreateDirectory_NameTaken_ReturnsFalse()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        CreateSymbolicLink(RootPath + "/link", "nowhere");

        Assert.True(root.TryCreateDirectory("sub"));
        Assert.False(root.TryCreateDirectory("sub"));
        Assert.False(root.TryCreateDirectory("file"));
        Assert.False(root.TryCreateDirectory("link"));
    }

    [Fact]
    public void Open_Absent_ReturnsNull()
    {
        using IDirectory root = Root();

        Assert.Null(root.TryOpen("absent", FileAccess.Read));
        Assert.Null(root.TryOpen("absent", FileAccess.ReadWrite));
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
        file.StartWriteback();
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
    public void Rename_OverFile_Replaces()
    {
        using IDirectory root = Root();
        Put(root, "new", "new"u8);
        Put(root, "old", "old"u8);
        using IFile held = root.TryOpen("old", FileAccess.Read)!;

        root.Rename("new", root, "old");

        Assert.Equal("new"u8, Get(root, "old"));
        Assert.Equal(EntryKind.None, root.GetKind("new"));
        var buffer = new byte[3];
        Assert.Equal(3, held.Read(buffer, 0));
        Assert.Equal("old"u8, buffer);
    }

    [Fact]
    public void Rename_ToAnotherDirectory_Moves()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("sub"));
        using IDirectory sub = root.TryOpenDirectory("sub")!;
        Put(root, "file", "x"u8);

        root.Rename("file", sub, "moved");

        Assert.Equal("x"u8, Get(sub, "moved"));
        Assert.Empty(root.List().Except(["sub"]));
    }

    [Fact]
    public void Rename_ToItself_ChangesNothing()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);

        root.Rename("file", root, "file");

        Assert.Equal("x"u8, Get(root, "file"));
    }

    [Fact]
    public void Rename_TwoNamesOfOneFile_KeepsBoth()
    {
        using IDirectory root = Root();
        Put(root, "one", "x"u8);
        root.Link("one", root, "two");

        root.Rename("one", root, "two");

        Assert.Equal(["one", "two"], root.List().Order());
    }

    [Fact]
    public void Rename_SymbolicLink_MovesTheLink()
    {
        using IDirectory root = Root();
        CreateSymbolicLink(RootPath + "/link", "nowhere");

        root.Rename("link", root, "moved");

        Assert.Equal(EntryKind.SymbolicLink, root.GetKind("moved"));
    }

    [Fact]
    public void Rename_OddTargets_FailAsLinuxDoes()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        Assert.True(root.TryCreateDirectory("sub"));
        Assert.True(root.TryCreateDirectory("full"));
        using IDirectory sub = root.TryOpenDirectory("sub")!;
        using IDirectory full = root.TryOpenDirectory("full")!;
        Put(full, "file", "y"u8);

        Fails(Errno.ENOENT, () => root.Rename("absent", root, "file"));
        Fails(Errno.EISDIR, () => root.Rename("file", root, "sub"));
        Fails(Errno.ENOTDIR, () => root.Rename("sub", root, "file"));
        Fails((Errno)39, () => root.Rename("sub", root, "full"));
        Fails(Errno.EINVAL, () => root.Rename("sub", sub, "below"));
        Fails(Errno.ENAMETOOLONG, () => root.Rename("file", root, new string('n', 256)));
        Assert.Equal("x"u8, Get(root, "file"));
    }

    [Fact]
    public void Rename_OpenDirectory_HandleFollows()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("sub"));
        using IDirectory sub = root.TryOpenDirectory("sub")!;
        Put(sub, "file", "x"u8);

        root.Rename("sub", root, "renamed");

        Assert.Equal("x"u8, Get(sub, "file"));
        Assert.Equal(EntryKind.Directory, root.GetKind("renamed"));
    }

    [Fact]
    public void Link_New_SharesTheBytes()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("sub"));
        using IDirectory sub = root.TryOpenDirectory("sub")!;
        Put(root, "one", "x"u8);

        root.Link("one", sub, "two");

        using (IFile file = root.TryOpen("one", FileAccess.ReadWrite)!)
        {
            file.Write("y"u8, 0);
        }

        Assert.True(root.TryUnlink("one"));
        Assert.Equal("y"u8, Get(sub, "two"));
    }

    [Fact]
    public void Link_OddCases_FailAsLinuxDoes()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        Put(root, "other", "y"u8);
        Assert.True(root.TryCreateDirectory("sub"));
        CreateSymbolicLink(RootPath + "/link", "nowhere");

        Fails(Errno.ENOENT, () => root.Link("absent", root, "new"));
        Fails(Errno.EEXIST, () => root.Link("file", root, "other"));
        Fails(Errno.EEXIST, () => root.Link("file", root, "link"));
        Fails(Errno.EPERM, () => root.Link("sub", root, "new"));
        root.Link("link", root, "second");
        Assert.Equal(EntryKind.SymbolicLink, root.GetKind("second"));
    }

    [Fact]
    public void Unlink_Absent_ReturnsFalse()
    {
        using IDirectory root = Root();

        Assert.False(root.TryUnlink("absent"));
    }

    [Fact]
    public void Unlink_Directory_FailsWithIsDirectory()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("sub"));

        Fails(Errno.EISDIR, () => root.TryUnlink("sub"));
    }

    [Fact]
    public void Unlink_SymbolicLink_RemovesTheLinkOnly()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        CreateSymbolicLink(RootPath + "/link", "file");

        Assert.True(root.TryUnlink("link"));

        Assert.Equal(["file"], root.List());
    }

    [Fact]
    public void Unlink_WhileOpen_KeepsTheFileReadableAndWritable()
    {
        using IDirectory root = Root();
        Put(root, "file", "hello"u8);
        using IFile held = root.TryOpen("file", FileAccess.ReadWrite)!;

        Assert.True(root.TryUnlink("file"));
        Put(root, "file", "other"u8);

        held.Write("J"u8, 0);
        held.Sync();
        var buffer = new byte[5];
        Assert.Equal(5, held.Read(buffer, 0));
        Assert.Equal("Jello"u8, buffer);
        Assert.Equal("other"u8, Get(root, "file"));
    }

    [Fact]
    public void GetKind_EveryKind_IsTold()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        Assert.True(root.TryCreateDirectory("sub"));
        CreateSymbolicLink(RootPath + "/link", "sub");

        Assert.Equal(EntryKind.None, root.GetKind("absent"));
        Assert.Equal(EntryKind.File, root.GetKind("file"));
        Assert.Equal(EntryKind.Directory, root.GetKind("sub"));
        Assert.Equal(EntryKind.SymbolicLink, root.GetKind("link"));
    }

    [Fact]
    public void List_AllKinds_ReturnsEveryName()
    {
        using IDirectory root = Root();
        Assert.Empty(root.List());
        Put(root, ".tmp-0", "x"u8);
        Put(root, "grün", "x"u8);
        Assert.True(root.TryCreateDirectory("sub"));
        CreateSymbolicLink(RootPath + "/link", "nowhere");

        Assert.Equal(new[] { ".tmp-0", "grün", "link", "sub" }, root.List().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_LongerThan255Bytes_FailWithNameTooLong()
    {
        using IDirectory root = Root();
        Put(root, "file", "x"u8);
        string longest = new('n', 255);
        string tooLong = new('ü', 128);
        Put(root, longest, "y"u8);

        Assert.Equal("y"u8, Get(root, longest));
        Fails(Errno.ENAMETOOLONG, () => root.Create(tooLong));
        Fails(Errno.ENAMETOOLONG, () => root.TryOpen(tooLong, FileAccess.Read));
        Fails(Errno.ENAMETOOLONG, () => root.TryOpenDirectory(tooLong));
        Fails(Errno.ENAMETOOLONG, () => root.TryCreateDirectory(tooLong));
        Fails(Errno.ENAMETOOLONG, () => root.TryUnlink(tooLong));
        Fails(Errno.ENAMETOOLONG, () => root.GetKind(tooLong));
        Fails(Errno.ENAMETOOLONG, () => root.Link("file", root, tooLong));
        Fails(Errno.ENAMETOOLONG, () => root.TryLock(tooLong));
    }

    [Fact]
    public void Names_DifferingInCase_AreDifferent()
    {
        using IDirectory root = Root();
        Put(root, "a", "lower"u8);
        Put(root, "A", "upper"u8);

        Assert.Equal("lower"u8, Get(root, "a"));
        Assert.Equal("upper"u8, Get(root, "A"));
    }

    [Fact]
    public void Lock_Held_IsRefusedUntilReleased()
    {
        using IDirectory root = Root();
        using IDirectory again = Root();

        using (IDisposable? held = root.TryLock("LOCK"))
        {
            Assert.NotNull(held);
            Assert.Null(again.TryLock("LOCK"));
            Assert.Null(root.TryLock("LOCK"));
            using IDisposable? other = root.TryLock("OTHER");
            Assert.NotNull(other);
        }

        using IDisposable? later = again.TryLock("LOCK");
        Assert.NotNull(later);
        Assert.Equal(EntryKind.File, root.GetKind("LOCK"));
    }

    [Fact]
    public void Lock_OddNames_FailAsLinuxDoes()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("sub"));
        CreateSymbolicLink(RootPath + "/link", "file");

        Fails(Errno.EISDIR, () => root.TryLock("sub"));
        Fails(Errno.ELOOP, () => root.TryLock("link"));
    }

    [Fact]
    public void Lock_ExistingFile_KeepsItsBytes()
    {
        using IDirectory root = Root();
        Put(root, "LOCK", "123"u8);

        using IDisposable? held = root.TryLock("LOCK");

        Assert.Equal("123"u8, Get(root, "LOCK"));
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
        Assert.Throws<ObjectDisposedException>(root.Sync);
    }

    [Fact]
    public void VolumeInfo_Always_IsPlausible()
    {
        using IDirectory root = Root();

        VolumeInfo info = root.GetVolumeInfo();

        Assert.NotEmpty(info.Type);
        Assert.InRange(info.BlockBytes, 512, 1 << 24);
        Assert.InRange(info.FreeBytes, 1, info.TotalBytes);
        Assert.True(info.FreeInodes > 0);
    }

    private protected IDirectory Root() => FileSystem.TryOpenDirectory(RootPath)!;

    private protected static void Fails(Errno expected, Action action) =>
        Assert.Equal(expected, Assert.Throws<FileSystemException>(action).Error);

    private protected static void Put(IDirectory directory, string name, ReadOnlySpan<byte> bytes)
    {
        using IFile file = directory.Create(name);
        file.Write(bytes, 0);
    }

    private protected static byte[] Get(IDirectory directory, string name)
    {
        using IFile file = directory.TryOpen(name, FileAccess.Read)!;
        var bytes = new byte[file.GetLength()];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private static void Fails(Errno expected, Func<object?> action) =>
        Assert.Equal(expected, Assert.Throws<FileSystemException>(action).Error);
}
