using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine.Recovery;

public sealed class SalvageTests
{
    internal const string Data = "/srv/data";

    internal static readonly StoreOptions Options = new()
    {
        DataDirectory = Data,
        SegmentBytes = 64 << 10,
        JournalBytes = 256 << 10,
        CommitBytesMax = 32 << 10,
        SealAfter = TimeSpan.FromSeconds(10), // no seal takes a block between the groups
    };

    /// <summary>Of every document of the unfiled commits.</summary>
    private static readonly DateTimeOffset End = new(2999, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Salvage_WholeJournal_ChangesNothing()
    {
        SimulatedFileSystem disk = await DiskWithUnfiledCommits();
        int calls = disk.Disk.Tree().Count;

        SalvageReport report = StoreSalvage.Run(disk, Options, TimeProvider.System);

        Assert.False(report.WasDamaged);
        Assert.Equal(calls, disk.Disk.Tree().Count);
    }

    [Fact]
    public async Task Salvage_DamagedMiddle_KeepsTheEvidenceAndEveryIntactCommit()
    {
        SimulatedFileSystem disk = await DiskWithUnfiledCommits();
        string segment = DamageSecondGroup(disk);
        await using (DocumentStore damaged = Open(disk))
        {
            Assert.Equal(StoreState.Damaged, damaged.Status.State);
            Assert.Contains(System.IO.Path.GetFileName(segment), damaged.Status.Reason!, StringComparison.Ordinal);
            await Assert.ThrowsAsync<JournalDamagedException>(() => damaged.ReadAsync("d0"));
            await Assert.ThrowsAsync<JournalDamagedException>(() => damaged.PutAsync("d0", "1"));
        }

        SalvageReport report = StoreSalvage.Run(disk, Options, TimeProvider.System);

        Assert.True(report.WasDamaged);
        Assert.Equal(4, report.CommitsApplied);
        Assert.Contains("commits 2 to 2", Assert.Single(report.Lost), StringComparison.Ordinal);
        Assert.NotNull(disk.Disk.TryRead($"{report.Evidence}/{System.IO.Path.GetFileName(segment)}"));
        Assert.False(StoreSalvage.Run(disk, Options, TimeProvider.System).WasDamaged);

        await using DocumentStore store = Open(disk);
        Assert.Equal(StoreState.Ready, store.Status.State);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(i == 1 ? null : $"{i}", await store.ReadAsync($"d{i}"));
            Assert.Equal(i == 1 ? null : End, (await store.ReadInfoAsync($"d{i}"))?.Expires);
        }

        WriteResult next = await store.PutAsync("d1", "again");
        Assert.True(next.Sequence > 1L << 32);
    }

    [Fact]
    public async Task Salvage_NewestHeaderDamaged_StartsAboveEveryDocument()
    {
        var disk = NewDisk();
        await using (DocumentStore store = Open(disk))
        {
            await store.PutAsync("d", "1");
        }

        foreach (string name in disk.Disk.Tree().Where(path => path.Contains(".journal", StringComparison.Ordinal)).ToArray())
        {
            disk.Disk.FlipBit(PathIn(name), 100, 0);
        }

        SalvageReport report = StoreSalvage.Run(disk, Options, TimeProvider.System);

        Assert.True(report.WasDamaged);
        await using DocumentStore reopened = Open(disk);
        Assert.Equal("1", await reopened.ReadAsync("d"));
        Assert.True((await reopened.PutAsync("d", "2")).Sequence > 1L << 32);
    }

    [Fact]
    public async Task Salvage_CutAtEveryCall_StillSalvagesAfterwards()
    {
        SimulatedFileSystem disk = await DiskWithUnfiledCommits();
        DamageSecondGroup(disk);
        CrashRecorder recorder = disk.StartRecording();
        StoreSalvage.Run(disk, Options, TimeProvider.System);

        int states = 0;
        foreach (CrashState state in recorder.States(7, 2))
        {
            states++;
            SimulatedFileSystem left = state.Open();
            StoreSalvage.Run(left, Options, TimeProvider.System);
            await using DocumentStore store = Open(left);
            for (int i = 0; i < 5; i++)
            {
                string? found = await store.ReadAsync($"d{i}");
                Assert.True((i == 1 ? null : $"{i}") == found, $"d{i} is {found ?? "absent"} in {state}");
            }
        }

        Assert.True(states > 20, $"{states} states");
    }

    private static SimulatedFileSystem NewDisk()
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/srv");
        return disk;
    }

    /// <summary>Five commits, each a group of its own, durable and not filed: filing is stopped at its first temporary file.</summary>
    internal static async Task<SimulatedFileSystem> DiskWithUnfiledCommits()
    {
        SimulatedFileSystem disk = NewDisk();
        DocumentStore store = DocumentStore.Open(disk, Options, TimeProvider.System, NullLoggerFactory.Instance, [new TestRule { Commit = static draft => draft.ExpireAt(0, End) }]);
        disk.FailCall(1, Errno.EIO, FaultKind.BeforeEffect, forever: true, where: call => call.Path.Contains(".tmp-", StringComparison.Ordinal) && call.Kind == CallKind.Create);
        for (int i = 0; i < 5; i++)
        {
            await store.PutAsync(DocumentKey.Create($"d{i}"), TestDocuments.Content($"{i}"), Conditions.None, DurabilityLevel.Durable, default);
        }

        SimulatedFileSystem killed = disk.Kill();
        disk.ClearFaults();
        await store.DisposeAsync();
        return killed;
    }

    internal static string DamageSecondGroup(SimulatedFileSystem disk)
    {
        string segment = $"{Data}/journal/00000001.journal";
        disk.Disk.FlipBit(segment, (2 * 4096) + 70, 0);
        return segment;
    }

    private static string PathIn(string entry) => entry[entry.IndexOf('/', StringComparison.Ordinal)..].Split(' ')[0];

    internal static DocumentStore Open(SimulatedFileSystem disk) =>
        DocumentStore.Open(disk, Options, TimeProvider.System, NullLoggerFactory.Instance);
}
