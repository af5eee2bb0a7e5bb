using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

public sealed class SimulatedSpaceTests
{
    private const int Block = FileContent.PageBytes;

    [Fact]
    public void Write_DiskFull_WritesWhatFitsAndFails()
    {
        SimulatedFileSystem disk = Limited(freeBlocks: 2);
        using IDirectory directory = disk.Open();
        using IFile file = directory.Create("file");

        Assert.True(Assert.Throws<FileSystemException>(() => file.Write(new byte[5 * Block], 0)).IsOutOfSpace);

        Assert.Equal(2 * Block, file.GetLength());
        Assert.Equal(0, directory.GetFreeSpace().Bytes);
        file.Write(SimulationTest.Filled(2 * Block, 'x'), 0);
        _ = Assert.Throws<FileSystemException>(() => file.Write("x"u8, 2 * Block));
    }

    [Fact]
    public void Unlink_DiskFull_FreesWithTheLastHandle()
    {
        SimulatedFileSystem disk = Limited(freeBlocks: 2);
        using IDirectory directory = disk.Open();
        using (IFile file = directory.Create("file"))
        {
            file.Write(new byte[2 * Block], 0);
            directory.Link("file", directory, "second");
            Assert.True(directory.TryUnlink("file"));
            Assert.True(directory.TryUnlink("second"));
            Assert.Equal(0, directory.GetFreeSpace().Bytes);
        }

        Assert.Equal(2 * Block, directory.GetFreeSpace().Bytes);
    }

    [Fact]
    public void Rename_Replacing_FreesTheOldFile()
    {
        SimulatedFileSystem disk = Limited(freeBlocks: 2);
        using IDirectory directory = disk.Open();
        directory.Put("old", "x");
        directory.Put("new", "y");

        directory.Rename("new", directory, "old");

        Assert.Equal(Block, directory.GetFreeSpace().Bytes);
    }

    [Fact]
    public void Create_NoInodes_FailsWithNoSpace()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        disk.Settings = disk.Settings with { CapacityInodes = disk.Snapshot().UsedInodes + 1 };
        directory.Put("one", "x");

        Assert.True(Assert.Throws<FileSystemException>(() => directory.Create("two")).IsOutOfSpace);
        Assert.True(Assert.Throws<FileSystemException>(() => directory.TryCreateDirectory("two")).IsOutOfSpace);
        Assert.True(Assert.Throws<FileSystemException>(() => directory.TryLock("two")).IsOutOfSpace);
        Assert.Equal(EntryKind.None, directory.GetKind("two"));
        Assert.Equal(0, directory.GetFreeSpace().Inodes);
        directory.Link("one", directory, "link");

        Assert.True(directory.TryUnlink("one"));
        Assert.True(directory.TryUnlink("link"));
        directory.Put("two", "x");
    }

    [Fact]
    public void Link_DirectoryNeedsABlockOnAFullDisk_FailsWithNoSpace()
    {
        SimulatedFileSystem disk = Limited(freeBlocks: 1);
        using IDirectory directory = disk.Open();
        directory.Put("file", "x");
        int number = 0;

        var failure = Assert.Throws<FileSystemException>(() =>
        {
            while (number < 1000)
            {
                directory.Link("file", directory, $"{number++}");
            }
        });

        Assert.True(failure.IsOutOfSpace);
        Assert.Equal(number, directory.List().Count);
    }

    [Fact]
    public void Capacity_Extended_LetsWritesGoOn()
    {
        SimulatedFileSystem disk = Limited(freeBlocks: 0);
        using IDirectory directory = disk.Open();
        using IFile file = directory.Create("file");
        _ = Assert.Throws<FileSystemException>(() => file.Write("x"u8, 0));

        disk.Settings = disk.Settings with { CapacityBytes = disk.Settings.CapacityBytes + Block };

        file.Write("x"u8, 0);
    }

    [Fact]
    public void Space_AfterCrashOrKill_IsCountedAfresh()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        long before = disk.Snapshot().UsedBlocks;
        using IDirectory directory = disk.Open();
        using IFile file = directory.Create("file");
        file.Write(new byte[10 * Block], 0);
        Assert.True(directory.TryUnlink("file"));

        Assert.Equal(before + 10, disk.Snapshot().UsedBlocks);
        Assert.Equal((before, 3), (disk.Kill().Snapshot().UsedBlocks, disk.Kill().Snapshot().UsedInodes));
        Assert.Equal((before, 3), (disk.CrashNow().Nothing().Volume.UsedBlocks, disk.CrashNow().Everything().Volume.UsedInodes));
    }

    [Fact]
    public void VolumeInfo_Configured_IsReported()
    {
        SimulatedFileSystem disk = SimulationTest.Disk(new VolumeSettings { Type = "tmpfs", MountOptions = "rw,nodev", CapacityBytes = 100 * Block, CapacityInodes = 10 });
        using IDirectory directory = disk.Open();

        VolumeInfo info = directory.GetVolumeInfo();

        Assert.Equal(("tmpfs", "rw,nodev", 100L * Block, 97L * Block, 7L), (info.Type, info.MountOptions, info.TotalBytes, info.Free.Bytes, info.Free.Inodes));
    }

    private static SimulatedFileSystem Limited(int freeBlocks)
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Settings = disk.Settings with { CapacityBytes = (disk.Snapshot().UsedBlocks + freeBlocks) * Block };
        return disk;
    }
}
