using DocService.Storage.Engine.Checks;
using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Checks;

public sealed class DiskDoctorTests
{
    private static readonly VolumeInfo Ext4 = new()
    {
        Type = "ext4",
        Mounts = [new Mount("ext4", "rw,relatime")],
        Free = new FreeSpace(1 << 30, 1000),
        TotalBytes = 1L << 31,
        BlockBytes = 4096,
    };

    [Fact]
    public void Run_RealDisk_MeasuresEveryMethodAndLeavesNothing()
    {
        using var directory = new TestDirectory();

        DiskReport report = DiskExamination.Run(directory.Path, 5, TimeProvider.System);

        Assert.Equal(4, report.Latencies.Count);
        Assert.All(report.Latencies, latency => Assert.True(latency.Rounds == 5 && latency.Median <= latency.P99, latency.ToString()));
        Assert.True(report.FreeBytes > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Run_DataDirectory_LeavesItAsItWas()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        IReadOnlyList<string> before = disk.Disk.Tree();

        DiskExamination.Run(disk, JournalTest.Data, 3, TimeProvider.System);

        Assert.Equal(before, disk.Disk.Tree());
        Assert.Equal(0, disk.OpenHandles);
    }

    [Fact]
    public async Task Run_FilesHaveOneNameThere_SaysWhatThatCosts()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        Assert.DoesNotContain(DiskExamination.Run(disk, JournalTest.Data, 1, TimeProvider.System).Remarks, remark => remark.Contains("hard links", StringComparison.Ordinal));
        disk.FailCall(1, Errno.EPERM, forever: true, where: call => call.Kind == CallKind.Link);

        Assert.Contains(DiskExamination.Run(disk, JournalTest.Data, 1, TimeProvider.System).Remarks, remark => remark.Contains("hard links", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_WhileAServerHoldsIt_Refuses()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Throws<StoreInUseException>(() => DiskExamination.Run(disk, JournalTest.Data, 1, TimeProvider.System));
    }

    [Fact]
    public async Task Run_CallFails_SaysWhichAndLeavesNothing()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        IReadOnlyList<string> before = disk.Disk.Tree();
        disk.FailCall(1, Errno.EIO, FaultKind.BeforeEffect, where: call => call.Kind == CallKind.SyncData);

        StoreConfigurationException refusal = Assert.Throws<StoreConfigurationException>(() => DiskExamination.Run(disk, JournalTest.Data, 1, TimeProvider.System));

        Assert.Contains("fdatasync", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.Disk.Tree());
    }

    [Fact]
    public async Task Run_AfterARunThatWasKilled_RemovesWhatItLeft()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        IReadOnlyList<string> before = disk.Disk.Tree();
        SimulatedFileSystem? killed = null;
        disk.BeforeCall = call => killed ??= call.Kind == CallKind.SyncData ? disk.Kill() : null;
        DiskExamination.Run(disk, JournalTest.Data, 1, TimeProvider.System);

        Assert.NotEqual(before, killed!.Disk.Tree());
        DiskExamination.Run(killed, JournalTest.Data, 1, TimeProvider.System);
        Assert.Equal(before, killed.Disk.Tree());
    }

    [Theory]
    [InlineData(2, 1, 0)]
    [InlineData(30, 0, 1)]
    [InlineData(200, 0, 0)]
    public void Judge_MedianOfASync_IsImpossibleDoubtfulOrFine(int micros, int faults, int remarks)
    {
        SyncLatency[] latencies = [Latency(1), Latency(micros)];

        Assert.Equal((faults, remarks), Counts(DiskDoctor.Judge(Ext4, latencies)));
    }

    [Theory]
    [InlineData("tmpfs", "rw", 1, 0)]
    [InlineData("overlay", "rw,volatile", 1, 0)]
    [InlineData("ext4", "rw,nobarrier", 1, 0)]
    [InlineData("nfs4", "rw", 0, 1)]
    [InlineData("xfs", "rw", 0, 0)]
    public void Judge_FileSystemAndOptions_AreNamedWhereTheyVoidThePromise(string type, string options, int faults, int remarks)
    {
        VolumeInfo volume = Ext4 with { Type = type, Mounts = [new Mount(type, options)] };

        Assert.Equal((faults, remarks), Counts(DiskDoctor.Judge(volume, [Latency(1), Latency(200)])));
    }

    private static SyncLatency Latency(int micros) => new("sync", 1, TimeSpan.FromMicroseconds(micros), TimeSpan.FromMicroseconds(micros));

    private static (int Faults, int Remarks) Counts((IReadOnlyList<string> Faults, IReadOnlyList<string> Remarks) verdict) =>
        (verdict.Faults.Count, verdict.Remarks.Count);
}
