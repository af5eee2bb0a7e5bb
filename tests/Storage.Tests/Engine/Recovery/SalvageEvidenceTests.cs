using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Storage.Tests.Engine.Recovery;

/// <summary>Salvage on a failing disk: what it reads past, what it keeps, and under which versions and id the store goes on.</summary>
public sealed class SalvageEvidenceTests
{
    private const string Data = SalvageTests.Data;

    /// <summary>One unreadable file among all documents ended every attempt, each with one more copy of the journal.</summary>
    [Fact]
    public async Task Salvage_ADocumentAndADirectoryAreUnreadable_GoesOnAboveTheOthers()
    {
        SimulatedFileSystem disk = await DiskWithDamagedHeadersAsync("good", "bad", "dark");
        string bad = FileOf("bad");
        string dark = FileOf("dark")[..FileOf("dark").LastIndexOf('/')];
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: call => (call.Kind == CallKind.Read && call.Path == bad) || (call.Kind == CallKind.List && call.Path == dark));

        SalvageReport report = StoreSalvage.Run(disk, SalvageTests.Options, new FakeTimeProvider(DateTimeOffset.UnixEpoch));

        Assert.True(report.WasDamaged);
        disk.ClearFaults();
        await using DocumentStore store = SalvageTests.Open(disk);
        Assert.Equal("1", await store.ReadAsync("good"));
        Assert.Equal("1", await store.ReadAsync("bad"));
        Assert.True((await store.PutAsync("bad", "2")).Sequence > 1L << 32);
    }

    [Fact]
    public async Task Salvage_DocumentWithARightChecksumOverNoHeader_IsPassedOver()
    {
        SimulatedFileSystem disk = await DiskWithDamagedHeadersAsync("d");
        byte[] line = new byte[100];
        int length = ChecksummedLine.Finish(line, Encoding.ASCII.GetBytes("[1", line), "header"u8);
        disk.Disk.Write(FileOf("d"), line.AsSpan(0, length));

        Assert.True(StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System).WasDamaged);
    }

    [Fact]
    public async Task Salvage_SecondAttempt_MakesNoSecondCopyOfTheJournal()
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        SalvageTests.DamageSecondGroup(disk);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            _ = disk.FailCall(1, Errno.EIO, where: IsTempCreation);
            _ = Assert.Throws<StoreConfigurationException>(() => StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System));
        }

        SalvageReport report = StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System);

        Assert.Equal(4, report.CommitsApplied);
        Assert.Equal([report.Evidence + "/"], CopiesIn(disk));
    }

    [Fact]
    public async Task Salvage_CopyCutOff_IsMadeAnewUnderItsName()
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        byte[] damaged = disk.Disk.Read(SalvageTests.DamageSecondGroup(disk));
        _ = disk.FailCall(1, Errno.EIO, where: call => call.Kind == CallKind.Write && call.Path.Contains("salvaged-", StringComparison.Ordinal));
        _ = Assert.Throws<StoreConfigurationException>(() => StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System));

        SalvageReport report = StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System);

        Assert.Equal([report.Evidence + "/"], CopiesIn(disk));
        Assert.Equal(damaged, disk.Disk.Read($"{report.Evidence}/00000001.journal"));
    }

    /// <summary>A damaged file may be a newer version than the last that the journal can still tell: it was replaced without a trace.</summary>
    [Fact]
    public async Task Salvage_OverADamagedDocument_KeepsTheEvidence()
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        SalvageTests.DamageSecondGroup(disk);
        disk.Disk.Write(FileOf("d0"), "no header"u8);

        StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System);

        string kept = Assert.Single(disk.Disk.Tree(), path => path.StartsWith($"{Data}/quarantine/", StringComparison.Ordinal) && !path.EndsWith('/'));
        Assert.Equal("no header"u8.ToArray(), disk.Disk.Read(kept));
        await using DocumentStore store = SalvageTests.Open(disk);
        Assert.Equal("0", await store.ReadAsync("d0"));
    }

    [Fact]
    public async Task Salvage_TwiceFromOneCopy_GivesVersionsAndIdsThatNeverMeet()
    {
        SimulatedFileSystem damaged = await SalvageTests.DiskWithUnfiledCommits();
        SalvageTests.DamageSecondGroup(damaged);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
        var versions = new HashSet<long>();
        var ids = new HashSet<Guid> { StoreIdOf(damaged) };
        for (int restore = 0; restore < 3; restore++)
        {
            SimulatedFileSystem copy = damaged.Kill();
            StoreSalvage.Run(copy, SalvageTests.Options, clock);
            await using DocumentStore store = SalvageTests.Open(copy);
            Assert.True(ids.Add(store.Status.StoreId));
            for (int write = 0; write < 20; write++)
            {
                Assert.True(versions.Add((await store.PutAsync("d1", $"{restore}", DurabilityLevel.Durable)).Sequence));
            }

            clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private static string[] CopiesIn(SimulatedFileSystem disk) =>
        [.. disk.Disk.Tree().Where(path => path.StartsWith($"{Data}/salvaged-", StringComparison.Ordinal) && path.EndsWith('/'))];

    private static Guid StoreIdOf(SimulatedFileSystem disk) =>
        System.Text.Json.JsonDocument.Parse(disk.Disk.Read($"{Data}/FORMAT")).RootElement.GetProperty("store").GetGuid();

    internal static string FileOf(string id)
    {
        DocumentPath path = DocumentPath.Of(DocumentKey.Create(id));
        return $"{Data}/docs/{DocumentPath.ShardName(path.Shard)}/{path.Name}";
    }

    /// <summary>Filed documents, and not one segment whose header can be read.</summary>
    private static async Task<SimulatedFileSystem> DiskWithDamagedHeadersAsync(params string[] ids)
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/srv");
        await using (DocumentStore store = SalvageTests.Open(disk))
        {
            foreach (string id in ids)
            {
                await store.PutAsync(id, "1");
            }
        }

        foreach (string path in disk.Disk.Tree().Where(path => path.EndsWith(".journal", StringComparison.Ordinal)).ToArray())
        {
            disk.Disk.FlipBit(path, 100, 0);
        }

        return disk;
    }

    private static bool IsTempCreation(SimulatedCall call) =>
        call.Kind == CallKind.Create && call.Name.StartsWith(".tmp-", StringComparison.Ordinal);
}
