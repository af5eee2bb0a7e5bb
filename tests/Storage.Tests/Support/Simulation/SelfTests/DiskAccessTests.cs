using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

public sealed class DiskAccessTests
{
    [Fact]
    public void Damage_EveryKind_IsSeenAndDurable()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/one", "abcdef"u8);
        disk.Disk.Write("/b/two", "two"u8);

        disk.Disk.FlipBit("/a/one", 1, 0);
        disk.Disk.Overwrite("/a/one", 3, "XY"u8);
        disk.Disk.Truncate("/a/one", 5);
        disk.Disk.Swap("/a/one", "/b/two");

        SimulatedFileSystem left = Assert.Single(disk.CrashNow().States(1)).Open();
        Assert.Equal("acc"u8, left.Disk.Read("/b/two").AsSpan(0, 3));
        Assert.Equal("accXY"u8, left.Disk.Read("/b/two"));
        Assert.Equal("two"u8, left.Disk.Read("/a/one"));
        Assert.Empty(disk.Log.Take());
    }

    [Fact]
    public void Truncate_ThenExtend_ShowsZeros()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(5000, 'x'));

        disk.Disk.Truncate("/a/file", 10);
        disk.Disk.Truncate("/a/file", 6000);

        Assert.Equal([.. SimulationTest.Filled(10, 'x'), .. new byte[5990]], disk.Disk.Read("/a/file"));
    }

    [Fact]
    public void Trees_UnsyncedEntries_DifferUntilSynced()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        directory.Put("file", "x");

        Assert.Equal(["/a/", "/a/file", "/b/"], disk.Disk.Tree());
        Assert.Equal(["/a/", "/b/"], disk.Disk.DurableTree());

        directory.Sync();
        Assert.Equal(["/a/", "/a/file", "/b/"], disk.Disk.DurableTree());
    }

    [Fact]
    public void ForeignEntries_LinksAndDevices_AreWhatTheyAre()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.CreateSymbolicLink("/a/link", "/b");
        disk.Disk.CreateSpecial("/a/fifo");
        using IDirectory directory = disk.Open();

        Assert.Equal(EntryKind.SymbolicLink, directory.GetKind("link"));
        Assert.Equal(EntryKind.Other, directory.GetKind("fifo"));
        disk.Disk.Remove("/a/link");
        Assert.Equal(["fifo"], directory.List());
        Assert.Throws<ArgumentException>(() => disk.Disk.Read("/a/absent"));
    }

    [Fact]
    public void Write_OverAnOpenFile_LeavesTheHandleItsBytes()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "old"u8);
        long used = disk.Snapshot().UsedBlocks;
        using IDirectory directory = disk.Open();
        using (IFile file = directory.TryOpen("file", FileAccess.Read)!)
        {
            disk.Disk.Write("/a/file", "new"u8);
            var buffer = new byte[3];
            Assert.Equal(3, file.Read(buffer, 0));
            Assert.Equal("old"u8, buffer);
        }

        Assert.Equal("new"u8, disk.Disk.Read("/a/file"));
        Assert.Equal(used, disk.Snapshot().UsedBlocks);
    }
}
