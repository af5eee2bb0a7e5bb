using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Checks;

public sealed class VerificationTests
{
    private const string Segment = $"{JournalTest.Folder}/00000001.journal";

    [Fact]
    public async Task Run_StoppedStore_IsIntactAndChangesNothing()
    {
        SimulatedFileSystem disk = await DiskAsync();
        int calls = disk.Log.Count;

        VerificationReport report = Verify(disk);

        Assert.Empty(report.Damage);
        Assert.Empty(report.Remarks);
        Assert.Equal(3, report.Documents);
        Assert.Equal(5, report.FiledThrough);
        Assert.DoesNotContain(disk.Log.Take().Skip(calls), call => call.Changes && call.Kind != CallKind.Lock);
        Assert.Equal(0, disk.OpenHandles);
    }

    [Fact]
    public async Task Run_WhileAServerHoldsIt_Refuses()
    {
        SimulatedFileSystem disk = await DiskAsync();
        await using DocumentStore store = JournalTest.Open(disk);

        StoreInUseException refusal = Assert.Throws<StoreInUseException>(() => Verify(disk));
        Assert.Contains("A directory in use proves nothing, and a copy made meanwhile proves no more: stop the server", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NotADataDirectory_Refuses()
    {
        var disk = new SimulatedFileSystem();
        Assert.Throws<StoreConfigurationException>(() => Verify(disk));
        disk.Disk.CreateDirectory(JournalTest.Data);
        Assert.Throws<StoreFormatException>(() => Verify(disk));
        disk.Disk.Write($"{JournalTest.Data}/letters.txt", "mine"u8);
        Assert.Throws<StoreFormatException>(() => Verify(disk));
    }

    /// <summary>A segment of another store, and one under another number's name, were told as damage, and removed by the next start.</summary>
    [Fact]
    public async Task Run_ForeignAndMisnamedSegments_AreRemarksAndStay()
    {
        SimulatedFileSystem disk = await DiskAsync();
        disk.Disk.Write($"{JournalTest.Folder}/00000000.journal", disk.Disk.Read(JournalTest.PathOf(disk.Segments()[^1])));
        await JournalTest.Open(disk).DisposeAsync();
        string[] foreign = ["00000000.journal", "00000001.journal"];
        disk.Disk.Write(JournalTest.PathOf(foreign[1]), new SegmentForge(Guid.NewGuid(), 1).Put(1, "a", 0).Bytes);

        VerificationReport report = Verify(disk);
        await JournalTest.Open(disk).DisposeAsync();

        Assert.Empty(report.Damage);
        Assert.All(foreign, name => Assert.Contains(report.Remarks, remark => remark.Contains(name, StringComparison.Ordinal)));
        Assert.All(foreign, name => Assert.Contains(name, disk.Segments()));
    }

    [Fact]
    public async Task Run_FormatDamaged_IsDamageAndDocumentsAreStillRead()
    {
        SimulatedFileSystem disk = await DiskAsync();
        disk.Disk.FlipBit($"{JournalTest.Data}/FORMAT", 40, 0);

        VerificationReport report = Verify(disk);

        Assert.Equal("FORMAT", Assert.Single(report.Damage).File);
        Assert.Equal(3, report.Documents);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    [InlineData(-1)]
    public async Task Run_AnyByteOfADocumentFileChanged_NamesItsFile(int offset)
    {
        SimulatedFileSystem disk = await DiskAsync();
        string path = PathOf(disk, "b.json");
        offset = offset < 0 ? disk.Disk.Read(path).Length - 1 : offset;
        disk.Disk.FlipBit(path, offset, 3);

        VerificationReport report = Verify(disk);

        VerificationDamage damage = Assert.Single(report.Damage, damage => damage.File == path[(JournalTest.Data.Length + 1)..]);
        Assert.True(damage.Offset <= offset, damage.ToString());
        Assert.Equal(2, report.Documents);
    }

    [Fact]
    public async Task Run_FilesSwapped_NamesBoth()
    {
        SimulatedFileSystem disk = await DiskAsync();
        disk.Disk.Swap(PathOf(disk, "a.json"), PathOf(disk, "b.json"));

        Assert.Equal(2, Verify(disk).Damage.Count(damage => damage.What.Contains("belongs in", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_DocumentFileGone_NamesIt()
    {
        SimulatedFileSystem disk = await DiskAsync();
        disk.Disk.Remove(PathOf(disk, "b.json"));

        Assert.Contains("version 2 of 'b' is filed", Assert.Single(Verify(disk).Damage).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OlderCopyPutBack_IsFoundWhileTheJournalKnowsBetter()
    {
        SimulatedFileSystem disk = await DiskAsync();
        string path = PathOf(disk, "b.json");
        byte[] old = disk.Disk.Read(path);
        await using (DocumentStore store = JournalTest.Open(disk))
        {
            await store.PutAsync("b", "22", DurabilityLevel.Filed);
        }

        disk.Disk.Write(path, old);

        Assert.Contains("older than 6", Assert.Single(Verify(disk).Damage).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EveryByteOfEveryCommitRecord_IsFoundWithFileAndOffset()
    {
        SimulatedFileSystem disk = await DiskAsync();
        byte[] good = disk.Disk.Read(Segment);
        int end = 4096 * 6; // header and five commits, each a group of its own
        for (int block = 4096; block < end; block += 4096)
        {
            for (int at = block; at < block + 64; at++)
            {
                disk.Disk.Overwrite(Segment, at, [(byte)(good[at] ^ 0x10)]);
                VerificationDamage damage = Assert.Single(Verify(disk).Damage);
                Assert.Equal("journal/00000001.journal", damage.File);
                Assert.True(damage.Offset <= at && damage.Offset > at - 4096, $"byte {at}: {damage}");
                disk.Disk.Overwrite(Segment, at, [good[at]]);
            }
        }

        Assert.Empty(Verify(disk).Damage);
    }

    [Fact]
    public async Task Run_UnreadableSectors_AreDamageAndNotACrash()
    {
        SimulatedFileSystem disk = await DiskAsync();
        string document = PathOf(disk, "b.json");
        disk.FailCall(1, Errno.EIO, FaultKind.BeforeEffect, forever: true, where: call =>
            call.Kind == CallKind.Read && (call.Path == document || (call.Path == Segment && call.Offset <= 8192 && call.Offset + call.Length > 8192)));

        VerificationReport report = Verify(disk);

        Assert.Contains(report.Damage, damage => damage.File == "journal/00000001.journal" && damage.Offset == 8192);
        Assert.Contains(report.Damage, damage => damage.File.EndsWith("b.json", StringComparison.Ordinal) && damage.Offset == 0);
        Assert.Equal(2, report.Documents);
    }

    [Fact]
    public async Task Run_KilledAtEveryCall_FindsNoDamageWhereThereIsNone()
    {
        SimulatedFileSystem disk = new();
        var states = new List<SimulatedFileSystem>();
        DocumentStore store = JournalTest.Open(disk);
        disk.BeforeCall = call => { if (call.Changes && states.Count < 400) { states.Add(disk.Kill()); } };
        for (int round = 0; round < 40; round++)
        {
            await store.PutAllAsync(["a", "b"], JournalTest.Json(2000), DurabilityLevel.Durable);
            await store.DeleteAsync("a", DurabilityLevel.Filed);
        }

        disk.BeforeCall = null;
        await store.DisposeAsync();

        Assert.True(states.Count > 100, $"{states.Count} states");
        foreach (SimulatedFileSystem state in states)
        {
            Assert.Empty(Verify(state).Damage);
        }
    }

    [Fact]
    public async Task Run_LeftoversAndForeignFiles_AreRemarks()
    {
        SimulatedFileSystem disk = await DiskAsync();
        disk.Disk.Write($"{JournalTest.Data}/docs/00/.tmp-3", "x"u8);
        disk.Disk.Write($"{JournalTest.Data}/docs/00/notes.txt", "x"u8);
        disk.Disk.Write($"{JournalTest.Folder}/spare-9.tmp", "x"u8);
        disk.Disk.CreateSymbolicLink($"{JournalTest.Data}/docs/00/x.json", "/etc/passwd");

        VerificationReport report = Verify(disk);

        Assert.Equal(3, report.Remarks.Count);
        Assert.Equal("docs/00/x.json", Assert.Single(report.Damage).File);
    }

    /// <summary>Five commits, each a group of its own: a, b, c written, d written and deleted; all filed, stopped cleanly.</summary>
    private static async Task<SimulatedFileSystem> DiskAsync()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        foreach (string id in (string[])["a", "b", "c", "d"])
        {
            await store.PutAsync(id, "1", DurabilityLevel.Durable);
        }

        await store.DeleteAsync("d", DurabilityLevel.Durable);
        return disk;
    }

    private static VerificationReport Verify(SimulatedFileSystem disk) => StoreVerification.Run(disk, JournalTest.Data);

    private static string PathOf(SimulatedFileSystem disk, string name) =>
        disk.Disk.Tree().Single(path => path.EndsWith("/" + name, StringComparison.Ordinal));
}
