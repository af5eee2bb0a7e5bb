using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>Directories, names, links, removal, locks and the volume.</summary>
public abstract class EntryConformanceTests : ConformanceTests
{
    private protected EntryConformanceTests(IConformanceVolume volume)
        : base(volume)
    {
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
    public void RemoveDirectory_EmptyFullAbsentOrFile_DoesAsLinuxDoes()
    {
        using IDirectory root = Root();
        Assert.True(root.TryCreateDirectory("directory"));
        Put(root, "file", "x"u8);
        using (IDirectory directory = root.TryOpenDirectory("directory")!)
        {
            Put(directory, "inside", "x"u8);
            Fails(Errno.ENOTEMPTY, () => root.TryRemoveDirectory("directory"));
            Assert.True(directory.TryUnlink("inside"));
        }

        Assert.True(root.TryRemoveDirectory("directory"));
        Assert.False(root.TryRemoveDirectory("directory"));
        Fails(Errno.ENOTDIR, () => root.TryRemoveDirectory("file"));
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
        Assert.Equal(3, root.List(3).Intersect([".tmp-0", "grün", "link", "sub"]).Count());
        Assert.Equal(4, root.List(5).Count);
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
    public void VolumeInfo_Always_IsPlausible()
    {
        using IDirectory root = Root();

        VolumeInfo info = root.GetVolumeInfo();

        Assert.NotEmpty(info.Type);
        Assert.InRange(info.BlockBytes, 512, 1 << 24);
        Assert.InRange(info.Free.Bytes, 1, info.TotalBytes);
        Assert.True(info.Free.Inodes > 0);
        Assert.InRange(root.GetFreeSpace().Bytes, 1, info.TotalBytes);
    }
}
