using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal;

/// <summary>No sequence that may have been handed out names a second content.</summary>
public sealed class SequenceTests
{
    [Fact]
    public async Task Sequence_AfterADiscardedTail_IsNotUsedAgain()
    {
        // Nothing of the tail can be read any more: only the skip protects what was handed out.
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id =>
            new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 0).Spoil(2, BadForm.Zeros));
        await using DocumentStore store = JournalTest.Open(disk);
        long next = (await store.PutAsync("c", "1", DurabilityLevel.Durable)).Sequence;
        Assert.True(next > 1 + ((JournalTest.SegmentBytes - JournalTest.Block) / RecordHeader.Bytes), $"{next}");
    }

    [Fact]
    public async Task Sequence_AfterSeveralUncleanOpenings_IsNotUsedAgain()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        var versions = new HashSet<long>();
        for (int opening = 0; opening < 6; opening++)
        {
            DocumentStore store = JournalTest.Open(disk);
            using CallGate gate = disk.BlockCall(JournalTest.IsGroupSync);
            WriteResult told = await store.PutAsync("a", $"{opening}", DurabilityLevel.Buffered).SoonAsync();
            Assert.True(versions.Add(told.Sequence), $"{told.Sequence} was handed out before");

            // The power goes before the sync: what was told is gone, and was told.
            SimulatedFileSystem cut = disk.CrashNow().Nothing().Open();
            gate.Release();
            await store.DisposeAsync();
            disk = cut;
        }
    }

    [Fact]
    public async Task Sequence_AfterAVoidedGroup_IsNotUsedAgain()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        long before = (await store.PutAsync("a", "1", DurabilityLevel.Durable)).Sequence;
        _ = disk.FailCall(1, Errno.ENOSPC, FaultKind.ShortWrite, where: JournalTest.IsGroupWrite);
        await Assert.ThrowsAsync<OutOfSpaceException>(() => store.PutAsync("a", "2", DurabilityLevel.Durable).SoonAsync());
        Assert.Equal(before + 2, (await store.PutAsync("a", "3", DurabilityLevel.Durable)).Sequence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_DirectoryWithoutJournalOfFormatOne_IsRaisedAndGoesOnAboveItsCeiling(bool hasSpare)
    {
        (SimulatedFileSystem disk, Guid storeId) = await FormatOneAsync(ceiling: 5000);
        if (hasSpare)
        {
            disk.Disk.Write("/data/SEQUENCE.next", "half"u8);
        }

        await using (DocumentStore store = JournalTest.Open(disk))
        {
            Assert.Equal(storeId, store.Status.StoreId);
            Assert.Equal(5001, (await store.PutAsync("a", "1", DurabilityLevel.Durable)).Sequence);
        }

        Assert.DoesNotContain(disk.Disk.Tree(), path => path.Contains("SEQUENCE", StringComparison.Ordinal));
        Assert.Contains("\"docservice\":2", Encoding.UTF8.GetString(disk.Disk.Read("/data/FORMAT")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FormatOneCutAtEachCall_IsRaisedByTheNextOpening()
    {
        (SimulatedFileSystem template, _) = await FormatOneAsync(ceiling: 5000);
        SimulatedFileSystem run = SimulatedFileSystem.From(template.Snapshot());
        CrashRecorder recorder = run.StartRecording();
        await JournalTest.Open(run).DisposeAsync();
        int states = 0;
        foreach (CrashState state in recorder.States(seed: 11, budget: 6))
        {
            await using DocumentStore store = JournalTest.Open(state.Open());
            Assert.True(store.Status.State == StoreState.Ready, $"{state}: {store.Status.Reason}");
            Assert.True((await store.PutAsync("a", "1", DurabilityLevel.Durable)).Sequence > 5000, $"{state}");
            states++;
        }

        Assert.True(states > 10, $"{states} states");
    }

    [Fact]
    public async Task Open_FormatOneWithoutItsSequence_IsRefused()
    {
        (SimulatedFileSystem disk, _) = await FormatOneAsync(ceiling: 5000);
        disk.Disk.Remove("/data/SEQUENCE");
        _ = Assert.Throws<StoreFormatException>(() => JournalTest.Open(disk));
        Assert.Equal(0, disk.OpenHandles);
        Assert.Contains("\"docservice\":1", Encoding.UTF8.GetString(disk.Disk.Read("/data/FORMAT")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NewerFormat_IsRefusedBeforeAnyWrite()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        disk.Disk.Write("/data/FORMAT", "{\"docservice\":3}\n"u8);
        IReadOnlyList<string> before = disk.Disk.Tree();
        int calls = disk.Log.Count;
        _ = Assert.Throws<StoreFormatException>(() => JournalTest.Open(disk));
        Assert.Equal(before, disk.Disk.Tree());
        Assert.DoesNotContain(disk.Log.Take().Skip(calls), call => call.Kind is CallKind.Write or CallKind.Create or CallKind.Rename or CallKind.Unlink);
    }

    /// <summary>A directory as the version without a journal left it.</summary>
    private static async Task<(SimulatedFileSystem Disk, Guid StoreId)> FormatOneAsync(long ceiling)
    {
        (SimulatedFileSystem disk, Guid storeId) = await JournalTest.FreshAsync();
        foreach (string name in disk.Names())
        {
            disk.Disk.Remove(JournalTest.PathOf(name));
        }

        disk.Disk.Remove(JournalTest.Folder);
        disk.Disk.Write("/data/FORMAT", Line($"{{\"docservice\":1,\"store\":\"{storeId}\",\"created\":\"2026-01-01T00:00:00.0000000Z\""));
        disk.Disk.Write("/data/SEQUENCE", Line($"{{\"ceiling\":{ceiling}"));
        return (disk, storeId);
    }

    private static byte[] Line(string start)
    {
        byte[] line = new byte[512];
        int length = Encoding.ASCII.GetBytes(start, line);
        return line[..ChecksummedLine.Finish(line, length, "check"u8)];
    }
}
