using DocService.Storage.Io;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>Every way to rename.</summary>
public abstract class RenameConformanceTests : ConformanceTests
{
    private protected RenameConformanceTests(IConformanceVolume volume)
        : base(volume)
    {
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
        Assert.Equal(["file"], sub.List());
        Assert.Equal(EntryKind.Directory, root.GetKind("renamed"));
    }
}
