using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

public sealed class FaultInjectionTests
{
    private const int Seed = 20_260_103;

    [Theory]
    [InlineData((int)FaultKind.BeforeEffect, "old")]
    [InlineData((int)FaultKind.AfterEffect, "new")]
    [InlineData((int)FaultKind.ShortWrite, "nld")]
    public void FailCall_Write_HasTheEffectOfItsKind(int kind, string expected)
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "old"u8);
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        _ = disk.FailCall(1, Errno.EIO, (FaultKind)kind);

        Assert.Equal(Errno.EIO, Assert.Throws<FileSystemException>(() => file.Write("new"u8, 0)).Error);

        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(expected), disk.Disk.Read("/a/file"));
        file.Write("new"u8, 0);
    }

    [Fact]
    public void FailCall_CreateAfterEffect_LeavesTheFileAndNoHandle()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        _ = disk.FailCall(1, Errno.EIO, FaultKind.AfterEffect);

        _ = Assert.Throws<FileSystemException>(() => directory.Create("file"));

        Assert.Equal(EntryKind.File, directory.GetKind("file"));
        Assert.Equal(1, disk.OpenHandles);
    }

    [Fact]
    public void FailCall_Forever_FailsAllThatFollowAndMatch()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        Fault fault = disk.FailCall(2, Errno.EROFS, forever: true, where: call => call.Kind == CallKind.Create);

        directory.Put("one", "x");
        _ = Assert.Throws<FileSystemException>(() => directory.Create("two"));
        _ = Assert.Throws<FileSystemException>(() => directory.Create("three"));
        Assert.Equal(EntryKind.None, directory.GetKind("two"));
        Assert.Equal((3, true), (fault.Matched, fault.Fired));

        disk.ClearFaults();
        directory.Put("two", "x");
    }

    [Fact]
    public void FailCall_EveryCallInTurn_Ends()
    {
        var failed = new List<CallKind>();
        for (int number = 1; ; number++)
        {
            SimulatedFileSystem disk = SimulationTest.Disk();
            Fault fault = disk.FailCall(number, Errno.EIO);
            try
            {
                using IDirectory directory = disk.Open();
                directory.Put(".tmp-0", "new", sync: true);
                directory.Rename(".tmp-0", directory, "document");
                directory.Sync();
            }
            catch (FileSystemException)
            {
                failed.Add(disk.Log.Take().Single(call => call.Error is not null).Kind);
            }

            Assert.Equal(0, disk.OpenHandles);
            if (!fault.Fired)
            {
                Assert.Equal(number - 1, disk.CallsMade);
                break;
            }
        }

        Assert.Equal([CallKind.OpenDirectory, CallKind.Create, CallKind.Write, CallKind.Sync, CallKind.Rename, CallKind.SyncDirectory], failed);
    }

    [Fact]
    public void FailedSync_LaterSyncSucceeds_SavesNothingOfBefore()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(1024, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(1024, 'n'), 0);
        FailNextSync(disk);

        _ = Assert.Throws<FileSystemException>(file.Sync);
        file.Sync();

        string[] outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file");
        Assert.Contains(new string('o', 1024), outcomes);
        Assert.Contains(new string('o', 512) + new string('n', 512), outcomes);
        Assert.Contains(new string('n', 1024), outcomes);
    }

    [Fact]
    public void FailedSync_BytesWrittenAgainAndSynced_AreSaved()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(1024, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(1024, 'n'), 0);
        FailNextSync(disk);
        _ = Assert.Throws<FileSystemException>(file.Sync);

        file.Write(SimulationTest.Filled(512, 'w'), 0);
        file.Sync();

        string again = new('w', 512);
        string[] outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file");
        Assert.Contains(again + new string('o', 512), outcomes);
        Assert.Contains(again + new string('n', 512), outcomes);
        Assert.DoesNotContain(outcomes, text => text.StartsWith('n') || text.StartsWith('o'));
    }

    [Fact]
    public void FailedSync_OfANewFile_LeavesItsLengthDoubtfulToo()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        using IFile file = directory.Create("file");
        directory.Sync();
        file.Write("x"u8, 0);
        FailNextSync(disk);
        _ = Assert.Throws<FileSystemException>(file.SyncData);
        file.SyncData();

        Assert.Equal(string.Empty, disk.CrashNow().Nothing().Text("/a/file"));
        Assert.Equal("x"u8, disk.Disk.Read("/a/file"));
    }

    [Fact]
    public void FailedSync_AfterEffect_IsDurable()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "old"u8);
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write("new"u8, 0);
        _ = disk.FailCall(1, Errno.EIO, FaultKind.AfterEffect);

        _ = Assert.Throws<FileSystemException>(file.SyncData);

        Assert.Equal("new", Assert.Single(disk.CrashNow().States(Seed)).Text("/a/file"));
    }

    [Fact]
    public void FailedSync_OfADirectory_LeavesItsEntriesDoubtfulForGood()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        directory.Put(".tmp-0", "new", sync: true);
        directory.Rename(".tmp-0", directory, "document");
        FailNextSync(disk);
        _ = Assert.Throws<FileSystemException>(directory.Sync);
        directory.Sync();

        Assert.Equal(["new", "old"], disk.CrashNow().States(Seed).Outcomes("/a/document"));

        directory.Put(".tmp-0", "third", sync: true);
        directory.Rename(".tmp-0", directory, "document");
        directory.Sync();
        Assert.Equal(["third"], disk.CrashNow().States(Seed).Outcomes("/a/document"));
    }

    [Fact]
    public void DropSyncs_OfADirectory_LosesTheRenameSilently()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        Fault dropped = disk.DropSyncs(call => call.Kind == CallKind.SyncDirectory);
        directory.Put(".tmp-0", "new", sync: true);
        directory.Rename(".tmp-0", directory, "document");
        directory.Sync();

        Assert.Equal(1, dropped.Matched);
        Assert.Equal(["new", "old"], disk.CrashNow().States(Seed).Outcomes("/a/document"));
    }

    [Fact]
    public void FailCall_HiddenSyncFailure_ReportsSuccessAndSavesNothing()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "old"u8);
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write("new"u8, 0);
        _ = disk.FailCall(1, Errno.EIO, FaultKind.Hidden);

        file.SyncData();
        file.SyncData();

        Assert.Contains("old", disk.CrashNow().States(Seed).Outcomes("/a/file"));
        _ = disk.FailCall(1, Errno.EIO, FaultKind.Dropped);
        _ = Assert.Throws<InvalidOperationException>(() => directory.TryUnlink("file"));
    }

    [Fact]
    public async Task BlockCall_HungSync_HoldsOnlyThatCall()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        using IFile file = directory.Create("file");
        file.Write("x"u8, 0);
        using CallGate gate = disk.BlockCall(call => call.IsSync);

        Task sync = Task.Run(file.Sync);
        SimulatedCall held = await gate.Reached;

        Assert.Equal((CallKind.Sync, "/a/file", "file"), (held.Kind, held.Path, held.Name));
        Assert.Equal(1, file.Read(new byte[1], 0));
        Assert.False(sync.IsCompleted);
        Assert.True(disk.CrashNow().UnsyncedUnits > 0);
        gate.Release();
        await sync;
        directory.Sync();
        Assert.Equal(0, disk.CrashNow().UnsyncedUnits);
    }

    [Fact]
    public void BeforeCall_Callback_MayUseTheFileSystem()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        directory.Put(".tmp-0", "x");
        EntryKind seen = EntryKind.Other;
        disk.BeforeCall = call => seen = call.Kind == CallKind.Rename ? directory.GetKind("document") : seen;

        directory.Rename(".tmp-0", directory, "document");

        Assert.Equal(EntryKind.None, seen);
        Assert.Equal(EntryKind.File, directory.GetKind("document"));
    }

    private static void FailNextSync(SimulatedFileSystem disk) => disk.FailCall(1, Errno.EIO, where: call => call.IsSync);
}
