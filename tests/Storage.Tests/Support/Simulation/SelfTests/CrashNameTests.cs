using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

/// <summary>What a power cut leaves of names that were made, changed and removed.</summary>
public sealed class CrashNameTests
{
    private const int Seed = 20_260_101;

    [Fact]
    public void Create_WithoutDirectorySync_MayBeAbsent()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        directory.Put("file", "x", sync: true);

        Assert.Equal(["absent", "x"], disk.CrashNow().States(Seed).Outcomes("/a/file"));

        directory.Sync();
        Assert.Equal(["x"], disk.CrashNow().States(Seed).Outcomes("/a/file"));
    }

    [Fact]
    public void DirectorySync_WithoutFileSync_SavesTheNameOnly()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        directory.Put("file", "x");
        directory.Sync();

        string[] outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file");

        Assert.Superset(new HashSet<string> { "", "\0", "x" }, outcomes.ToHashSet());
        Assert.DoesNotContain("absent", outcomes);
    }

    [Fact]
    public void Rename_WithoutDirectorySync_MayGiveTheOldContentBack()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        directory.Put(".tmp-0", "new", sync: true);
        directory.Rename(".tmp-0", directory, "document");

        Assert.Equal(["new", "old"], disk.CrashNow().States(Seed).Outcomes("/a/document"));

        directory.Sync();
        CrashState only = Assert.Single(disk.CrashNow().States(Seed));
        Assert.Equal("new", only.Text("/a/document"));
        Assert.Equal(["/a/", "/a/document", "/b/"], only.Open().Disk.DurableTree());
    }

    [Fact]
    public void Rename_WithinADirectory_IsOneOperation()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/from", "x"u8);
        using IDirectory directory = disk.Open();
        directory.Rename("from", directory, "to");

        Assert.All(disk.CrashNow().States(Seed), state => Assert.Single(state.Open().Disk.Tree(), path => path is "/a/from" or "/a/to"));
    }

    [Theory]
    [InlineData((int)DurabilityProfile.Adversarial, 4)]
    [InlineData((int)DurabilityProfile.Ext4Ordered, 2)]
    public void Rename_BetweenDirectories_IsTwoOperationsUnlessOrdered(int profile, int states)
    {
        SimulatedFileSystem disk = SimulationTest.Disk(new VolumeSettings { Profile = (DurabilityProfile)profile });
        disk.Disk.Write("/a/file", "x"u8);
        using IDirectory from = disk.Open();
        using IDirectory to = disk.Open("/b");
        from.Rename("file", to, "file");

        Assert.Equal(states, disk.CrashNow().States(Seed).Count());
    }

    [Fact]
    public void Entries_Ext4Ordered_AppearAsAPrefix()
    {
        SimulatedFileSystem disk = SimulationTest.Disk(new VolumeSettings { Profile = DurabilityProfile.Ext4Ordered });
        using IDirectory a = disk.Open();
        using IDirectory b = disk.Open("/b");
        using IFile first = a.Create("1");
        using IFile second = b.Create("2");
        using IFile third = a.Create("3");

        string[] trees =
        [
            .. disk.CrashNow().States(Seed)
                .Select(state => string.Concat(state.Open().Disk.Tree().Where(path => path.Length > 3).Select(path => path[3]).Order()))
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(["", "1", "12", "123"], trees);

        b.Sync();
        _ = Assert.Single(disk.CrashNow().States(Seed));
    }

    [Fact]
    public void Entries_Adversarial_AppearInAnyCombination()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory a = disk.Open();
        using IFile first = a.Create("1");
        using IFile second = a.Create("2");
        using IFile third = a.Create("3");

        Assert.Equal(8, disk.CrashNow().States(Seed).Count());
    }

    [Fact]
    public void Unlink_WithoutDirectorySync_MayComeBack()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "x"u8);
        using IDirectory directory = disk.Open();
        Assert.True(directory.TryUnlink("file"));

        Assert.Equal(["absent", "x"], disk.CrashNow().States(Seed).Outcomes("/a/file"));
    }

    [Fact]
    public void Directory_ParentNotSynced_IsLostWithAllBelow()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        Assert.True(directory.TryCreateDirectory("sub"));
        using IDirectory sub = directory.TryOpenDirectory("sub")!;
        sub.Put("file", "x", sync: true);
        sub.Sync();

        Assert.Equal(["absent", "x"], disk.CrashNow().States(Seed).Outcomes("/a/sub/file"));
    }
}
