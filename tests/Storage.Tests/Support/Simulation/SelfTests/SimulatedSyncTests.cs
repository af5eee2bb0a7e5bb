using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

/// <summary>A sync takes time: what comes between its begin and its end, and who is told that it failed.</summary>
public sealed class SimulatedSyncTests
{
    [Fact]
    public void Sync_BytesWrittenBetweenItsBeginAndItsEnd_AreNotDurable()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "old"u8);
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write("1st"u8, 0);
        Between(disk, () => file.Write("2nd"u8, 0));

        file.Sync();

        Assert.Equal("1st", disk.CrashNow().Nothing().Text("/a/file"));
        Assert.Equal("2nd"u8, disk.Disk.Read("/a/file"));
        file.Sync();
        Assert.Equal("2nd", disk.CrashNow().Nothing().Text("/a/file"));
    }

    [Fact]
    public void Sync_NameChangedBetweenItsBeginAndItsEnd_IsNotDurable()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/one", "1"u8);
        using IDirectory directory = disk.Open();
        directory.Rename("one", directory, "two");
        Between(disk, () => directory.Rename("two", directory, "three"));

        directory.Sync();

        Assert.Equal("1", disk.CrashNow().Nothing().Text("/a/two"));
        directory.Sync();
        Assert.Equal("1", disk.CrashNow().Nothing().Text("/a/three"));
    }

    /// <summary>As Linux: each open file description reports a failed write-back once, and one that is opened later not at all.</summary>
    [Fact]
    public void FailedSync_OfADirectory_IsToldOnceToEachDescription()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory first = disk.Open();
        using IDirectory second = disk.Open();
        first.Put("file", "x", sync: true);
        _ = disk.FailCall(1, Errno.EIO);

        Assert.Throws<FileSystemException>(first.Sync);
        first.Sync();
        Assert.Throws<FileSystemException>(second.Sync);
        second.Sync();
        using IDirectory third = disk.Open();
        third.Sync();

        Assert.DoesNotContain("/a/file", disk.CrashNow().Nothing().Open().Disk.Tree());
    }

    private static void Between(SimulatedFileSystem disk, Action call) => disk.DuringSync = _ =>
    {
        disk.DuringSync = null;
        call();
    };
}
