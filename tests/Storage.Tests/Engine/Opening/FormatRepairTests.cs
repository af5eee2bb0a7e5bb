using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Tests.Engine.Recovery;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Opening;

/// <summary>FORMAT is 160 bytes in one copy; all it says, but for whether versions were kept, stands in every segment's header too.</summary>
public sealed class FormatRepairTests
{
    private const string Format = $"{SalvageTests.Data}/FORMAT";

    [Theory]
    [InlineData(40)] // in the id
    [InlineData(14)] // the format's number: it says 7
    [InlineData(0)] // no JSON any more
    [InlineData(-1)] // gone
    public async Task Salvage_FormatDamaged_IsWrittenAnewFromTheJournalAndKeepsTheStore(int offset)
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        string before = Encoding.UTF8.GetString(disk.Disk.Read(Format));
        if (offset < 0)
        {
            disk.Disk.Remove(Format);
        }
        else
        {
            disk.Disk.FlipBit(Format, offset, 2);
        }

        byte[]? damaged = disk.Disk.TryRead(Format);
        StoreFormatException refused = Assert.Throws<StoreFormatException>(() => SalvageTests.Open(disk));
        Assert.Equal(offset is 40 or 0, refused.Message.Contains("--salvage", StringComparison.Ordinal));

        SalvageReport report = StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System);

        Assert.Equal((true, false), (report.IsFormatRebuilt, report.WasDamaged));
        Assert.Equal(damaged, disk.Disk.TryRead($"{SalvageTests.Data}/FORMAT.damaged"));
        await using DocumentStore store = SalvageTests.Open(disk);
        Assert.Contains(store.Status.StoreId.ToString(), before, StringComparison.Ordinal);
        Assert.False(store.Status.Recovery!.IsCopy);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal($"{i}", await store.ReadAsync($"d{i}"));
        }

        Assert.InRange((await store.PutAsync("d0", "again")).Sequence, 6, 1L << 32);
    }

    /// <summary>The segments do not tell whether versions were kept: what a salvage cannot know it says.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Salvage_FormatDamaged_SaysWhereItIsNotKnownWhetherVersionsWereKept(bool isLost)
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/srv");
        await using (DocumentStore store = KeepingStore.Open(disk, SalvageTests.Options))
        {
            await store.PutAsync("d", "1", level: DurabilityLevel.Filed);
        }

        if (isLost)
        {
            disk.Disk.Move($"{SalvageTests.Data}/history", "/srv/aside");
        }

        disk.Disk.FlipBit(Format, 40, 2);
        Assert.Equal(isLost, StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System).AreVersionsUnknown);
        Assert.False(StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System).AreVersionsUnknown); // FORMAT is whole now
    }

    [Fact]
    public async Task Salvage_FormatAndJournalDamaged_MendsBoth()
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        SalvageTests.DamageSecondGroup(disk);
        disk.Disk.FlipBit(Format, 40, 2);

        SalvageReport report = StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System);

        Assert.Equal((true, true, 4), (report.IsFormatRebuilt, report.WasDamaged, report.CommitsApplied));
        await using DocumentStore store = SalvageTests.Open(disk);
        Assert.Equal("0", await store.ReadAsync("d0"));
        Assert.Null(await store.ReadAsync("d1"));
    }

    [Fact]
    public async Task Salvage_FormatDamagedAndNoSegmentReadable_MakesANewStoreOfTheDocuments()
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/srv");
        await using (DocumentStore store = SalvageTests.Open(disk))
        {
            await store.PutAsync("d", "1");
        }

        disk.Disk.FlipBit(Format, 40, 2);
        foreach (string path in disk.Disk.Tree().Where(path => path.EndsWith(".journal", StringComparison.Ordinal)).ToArray())
        {
            disk.Disk.Remove(path);
        }

        Assert.True(StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System).IsFormatRebuilt);
        await using DocumentStore again = SalvageTests.Open(disk);
        Assert.Equal("1", await again.ReadAsync("d"));
    }

    [Fact]
    public async Task Salvage_WholeFormatOfALaterVersion_IsRefused()
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        byte[] line = new byte[512];
        int length = ChecksummedLine.Finish(line, Encoding.ASCII.GetBytes("{\"docservice\":4", line), "check"u8);
        disk.Disk.Write(Format, line.AsSpan(0, length));
        IReadOnlyList<string> before = disk.Disk.Tree();

        _ = Assert.Throws<StoreFormatException>(() => StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System));

        Assert.Equal(before, disk.Disk.Tree());
    }

    [Fact]
    public void Salvage_DirectoryOfSomebodyElse_IsRefused()
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory($"{SalvageTests.Data}/journal");
        disk.Disk.Write($"{SalvageTests.Data}/journal/monday.txt", "mine"u8);

        _ = Assert.Throws<StoreFormatException>(() => StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System));

        Assert.Equal(1, disk.Disk.Tree().Count(path => path.StartsWith(SalvageTests.Data, StringComparison.Ordinal) && !path.EndsWith('/')));
    }
}
