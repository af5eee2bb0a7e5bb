using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

public sealed class CrashRecorderTests
{
    private const int Seed = 20_260_102;

    [Fact]
    public void Points_FourStepWrite_KeepTheAcknowledgementExactly()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        CrashRecorder recorder = disk.StartRecording();
        Replace(disk, directory, withDirectorySync: true);

        Assert.Equal([0, 0, 0, 0, 0, 0, 1], recorder.Points().Select(point => point.Marks.Count));
        Assert.All(recorder.States(Seed), state => Assert.Contains(state.Text("/a/document"), Allowed(state)));
    }

    [Fact]
    public void Points_DirectorySyncLeftOut_ShowTheLostAcknowledgement()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        CrashRecorder recorder = disk.StartRecording();
        Replace(disk, directory, withDirectorySync: false);

        Assert.Contains(recorder.States(Seed), state => !Allowed(state).Contains(state.Text("/a/document")));
    }

    [Fact]
    public void Points_CallsThatOnlyRead_AddNone()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        CrashRecorder recorder = disk.StartRecording();
        using IFile file = directory.TryOpen("document", FileAccess.Read)!;
        _ = file.Read(new byte[3], 0);
        _ = directory.List();

        CrashPoint only = Assert.Single(recorder.Points());
        Assert.Equal(1, only.LogLength);
    }

    [Fact]
    public void States_SameDiskAtSeveralPoints_AppearsOnceUntilTheNextMark()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        CrashRecorder recorder = disk.StartRecording();
        directory.Put("file", "x");
        disk.Mark("noted");

        var states = recorder.States(Seed).ToList();

        Assert.Equal(states.Count, states.Select(state => (state.Hash, state.Point.Marks.Count)).Distinct().Count());
        Assert.Equal(2, states.Count(state => state.Text("/a/file") is null));
    }

    [Fact]
    public void Log_Calls_StandInOrderWithTheirOutcome()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        using IDirectory directory = disk.Open();
        Replace(disk, directory, withDirectorySync: true);
        _ = Assert.Throws<FileSystemException>(() => directory.Create("document"));

        var log = disk.Log.Take();

        Assert.Equal(
            [CallKind.OpenDirectory, CallKind.Create, CallKind.Write, CallKind.Sync, CallKind.Close, CallKind.Rename, CallKind.SyncDirectory, CallKind.Mark, CallKind.Create],
            log.Select(call => call.Kind));
        Assert.Equal(Enumerable.Range(0, log.Count), log.Select(call => call.Index));
        Assert.Equal("2 Write /a/.tmp-0 3@0", log[2].ToString());
        Assert.Equal("5 Rename /a/.tmp-0 -> /a/document", log[5].ToString());
        Assert.Equal("8 Create /a/document failed: EEXIST", log[8].ToString());
    }

    [Fact]
    public void Points_ManyFiles_KeepSnapshotsCheap()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        CrashRecorder recorder = disk.StartRecording();
        for (int number = 0; number < 500; number++)
        {
            directory.Put(".tmp-0", new string('x', 10_000), sync: true);
            directory.Rename(".tmp-0", directory, $"{number % 50}");
            directory.Sync();
        }

        // Before create, write, sync, rename and directory sync of each, and at the end.
        Assert.Equal(2501, recorder.Points().Count);
        Assert.InRange(disk.Snapshot().Inodes.Count, 50, 2100);
        Assert.Equal(50 + 3, disk.Snapshot().UsedInodes);
    }

    private static string[] Allowed(CrashState state) => state.Point.Marks.Count > 0 ? ["new"] : ["new", "old"];

    private static void Replace(SimulatedFileSystem disk, IDirectory directory, bool withDirectorySync)
    {
        directory.Put(".tmp-0", "new", sync: true);
        directory.Rename(".tmp-0", directory, "document");
        if (withDirectorySync)
        {
            directory.Sync();
        }

        disk.Mark("acknowledged");
    }
}
