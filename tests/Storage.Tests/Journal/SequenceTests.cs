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

    [Fact]
    public async Task Open_NewerFormat_IsRefusedBeforeAnyWrite()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        disk.Disk.Write("/data/FORMAT", "{\"docservice\":4}\n"u8);
        IReadOnlyList<string> before = disk.Disk.Tree();
        int calls = disk.Log.Count;
        _ = Assert.Throws<StoreFormatException>(() => JournalTest.Open(disk));
        Assert.Equal(before, disk.Disk.Tree());
        Assert.DoesNotContain(disk.Log.Take().Skip(calls), call => call.Kind is CallKind.Write or CallKind.Create or CallKind.Rename or CallKind.Unlink);
    }
}
