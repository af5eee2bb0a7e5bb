using DocService.Storage.Engine.Filing;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>When filing leaves the disk to commits.</summary>
public sealed class FilingRhythmTests
{
    /// <summary>A sync longer than the time between two looks was taken for the end of the burst, and thousands of documents were filed at once beside it.</summary>
    [Fact]
    public async Task File_WhileAGroupIsBeingSynced_StillGivesWayButNotForEver()
    {
        var disk = new SimulatedFileSystem();
        var clock = new LookClock();
        await using DocumentStore store = DocumentStore.Open(disk, JournalTest.Options, clock, NullLoggerFactory.Instance);
        using CallGate rename = disk.BlockCall(call => call.Kind == CallKind.Rename && JournalTest.IsInDocuments(call));
        await store.PutAsync("first", "1", DurabilityLevel.Durable).SoonAsync();
        await rename.Reached.SoonAsync();
        await store.PutAsync("second", "1", DurabilityLevel.Durable).SoonAsync();
        using CallGate sync = disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> third = store.PutAsync("third", "1", DurabilityLevel.Durable);
        await sync.Reached.SoonAsync();

        rename.Release();
        int looks = clock.Looks;
        await JournalTest.UntilAsync(() => clock.Looks >= looks + 10 || store.Status.PendingDocuments == 1, "the filer looks");
        Assert.Equal(2, store.Status.PendingDocuments);

        clock.Advance(FilingShare.PauseMax);
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 1, "the second is filed, however long the sync takes");
        Assert.False(third.IsCompleted);

        sync.Release();
        await third.SoonAsync();
        await JournalTest.UntilAsync(() => store.Status.PendingDocuments == 0, "all are filed");
    }

    /// <summary>Goes on by a tick with each look of the filer's, and counts them.</summary>
    private sealed class LookClock : TimeProvider
    {
        private long _ticks;
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

        public override long GetTimestamp()
        {
            if (Thread.CurrentThread.Name == "docservice-filer")
            {
                Interlocked.Increment(ref _looks);
                Interlocked.Increment(ref _ticks);
            }

            return Interlocked.Read(ref _ticks);
        }
    }
}
