using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;
using DocService.Storage.Reports;
using DocService.Storage.Requests;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>How long requests are remembered, and what becomes of them where they cannot be filed; in the scheduler's own time.</summary>
public sealed class RequestRetentionTests
{
    private const string Folder = Scene.Data + "/requests/";

    /// <summary>Longer than a request waits for others.</summary>
    private static readonly TimeSpan Filed = TimeSpan.FromSeconds(6);

    private static readonly StoreOptions Options = Scene.Options with { IdempotencyRetention = TimeSpan.FromSeconds(20) };

    private SimulatedFileSystem _disk = Scene.Prepared();

    [Fact]
    public void Requests_OlderThanTheRetention_AreDroppedWithTheirFile()
    {
        Run(async (store, scheduler) =>
        {
            await SendAsync(store, "old");
            await Task.Delay(Filed, scheduler.Clock);
            Assert.Equal([Folder + "00000001.requests"], Files());
            await Task.Delay(TimeSpan.FromSeconds(10), scheduler.Clock);
            Assert.NotNull(await FindAsync(store, "old"));
            await Task.Delay(TimeSpan.FromSeconds(30), scheduler.Clock);
            Assert.Null(await FindAsync(store, "old"));
            Assert.Empty(Files());
            Assert.Equal(0, store.Status.Requests!.Held);

            Assert.Null((await SendAsync(store, "old")).Replayed);
            await Task.Delay(Filed, scheduler.Clock);
            Assert.Equal([Folder + "00000002.requests"], Files());
        });
    }

    [Fact]
    public void Requests_OfLongAgo_AreOnlyAsOldAsTheStoreHasRun()
    {
        for (int start = 0; start < 4; start++)
        {
            Run(async (store, scheduler) =>
            {
                Assert.Equal(start > 0, (await SendAsync(store, "k")).Replayed is not null);
                await SendAsync(store, $"other {start}"); // a file for each start
                await Task.Delay(TimeSpan.FromSeconds(2), scheduler.Clock);
            });
            Assert.Equal(start + 1, Files().Length);
        }
    }

    [Fact]
    public async Task Requests_TheWallClockJumpsTenYearsAheadAndBack_AreKept()
    {
        var clock = new JumpingClock();
        StoreOptions options = Options with { IdempotencyRetention = TimeSpan.FromHours(2) };
        for (int start = 0; start < 4; start++)
        {
            clock.Jump = TimeSpan.FromDays(start % 2 * 3650);
            await using DocumentStore store = DocumentStore.Open(_disk, options, clock, NullLoggerFactory.Instance);
            Assert.Equal(start > 0, (await SendAsync(store, "k")).Replayed is not null);
            await SendAsync(store, $"other {start}"); // is filed at the stop, and then files that are old enough are dropped
        }
    }

    /// <summary>While damage has new keys refused, nothing is written that would tell how long the store has run.</summary>
    [Fact]
    public void Damage_OfAStoreThatIsRestartedOften_EndsAfterTheRetention()
    {
        Run(async (store, _) => await SendAsync(store, "k"));
        DamageFirstEntry();
        int starts = 0;
        for (bool isDamaged = true; isDamaged; starts++)
        {
            Assert.True(starts < 10, "it ends");
            Run(async (store, scheduler) =>
            {
                await Assert.ThrowsAsync<RequestsUnknownException>(() => FindAsync(store, "new").AsTask());
                await Task.Delay(TimeSpan.FromSeconds(7), scheduler.Clock);
                isDamaged = store.Status.Requests!.Damage is not null;
            });
        }

        Assert.Equal(3, starts);
        Run(async (store, _) => Assert.Null((await SendAsync(store, "new")).Replayed));
    }

    /// <summary>Nor does a kill take more of that time than an hour, or a quarter of the retention.</summary>
    [Fact]
    public void Damage_OfAStoreThatIsKilled_EndsAfterTheRetention()
    {
        Run(async (store, _) => await SendAsync(store, "k"));
        DamageFirstEntry();
        for (int start = 0; start < 4; start++)
        {
            SimulatedFileSystem? killed = null;
            Run(async (store, scheduler) =>
            {
                await Assert.ThrowsAsync<RequestsUnknownException>(() => FindAsync(store, "new").AsTask());
                await Task.Delay(TimeSpan.FromSeconds(7), scheduler.Clock);
                killed = _disk.Kill();
            });
            _disk = killed!;
        }

        Run(async (store, _) => Assert.Null((await SendAsync(store, "new")).Replayed));
    }

    /// <summary>New keys were refused until somebody restarted the server.</summary>
    [Fact]
    public void OlderJournal_OfAStoreThatIsNotRestarted_IsForgottenAfterTheRetention()
    {
        Run(async (store, _) => await SendAsync(store, "first"));
        SimulatedFileSystem older = _disk.Kill();
        Run(async (store, _) => await SendAsync(store, "second"));
        string newest = Files().Last(static path => path.EndsWith(".requests", StringComparison.Ordinal));
        older.Disk.Write(newest, _disk.Disk.Read(newest));
        _disk = older;

        Run(async (store, scheduler) =>
        {
            await Assert.ThrowsAsync<RequestsUnknownException>(() => FindAsync(store, "new").AsTask());
            await Task.Delay(3 * Options.IdempotencyRetention, scheduler.Clock);
            Assert.Null(store.Status.Requests!.Damage);
            Assert.Null((await SendAsync(store, "new")).Replayed);
        });
    }

    [Fact]
    public void Requests_ThereIsNoRoomForTheirFile_StayInTheJournal()
    {
        _disk.FailCall(1, Errno.ENOSPC, forever: true, where: static call => call.NeedsSpace && call.Path.StartsWith(Folder, StringComparison.Ordinal));
        Run(async (store, scheduler) =>
        {
            await SendAsync(store, "k");
            await Task.Delay(Filed + Filed, scheduler.Clock);
            Assert.DoesNotContain(Files(), static path => path.EndsWith(".requests", StringComparison.Ordinal));
            Assert.Equal(StoreState.Ready, store.Status.State);
            Assert.NotNull((await SendAsync(store, "k")).Replayed);
        });
        Run(async (store, _) => Assert.NotNull((await SendAsync(store, "k")).Replayed)); // still no room
        _disk.ClearFaults();
        Run(async (store, scheduler) =>
        {
            Assert.NotNull((await SendAsync(store, "k")).Replayed);
            await Task.Delay(Filed, scheduler.Clock);
            Assert.NotEmpty(Files());
        });
    }

    [Theory]
    [InlineData(CallKindOfFault.Sync)]
    [InlineData(CallKindOfFault.SyncData)]
    [InlineData(CallKindOfFault.SyncDirectory)]
    public void Requests_ASyncOfTheirFileFails_TheStoreIsFencedAndLosesNone(CallKindOfFault kind)
    {
        Run(async (store, scheduler) =>
        {
            _disk.FailCall(1, Errno.EIO, where: call => call.Kind.ToString() == kind.ToString() && (call.Path + "/").StartsWith(Folder, StringComparison.Ordinal));
            await SendAsync(store, "k");
            await Task.Delay(Filed, scheduler.Clock);
            Assert.Equal(StoreState.Fenced, store.Status.State);
            Assert.NotNull((await SendAsync(store, "k")).Replayed);
        });
        Run(async (store, _) => Assert.NotNull((await SendAsync(store, "k")).Replayed));
    }

    public enum CallKindOfFault
    {
        Sync,
        SyncData,
        SyncDirectory,
    }

    private static Task<CommitResult> SendAsync(DocumentStore store, string key) =>
        store.CommitAsync([new PutOperation(DocumentKey.Create(Scene.Old), TestDocuments.Content("1"), default)], DurabilityLevel.Durable, new IdempotentRequest(RequestKey.Of("anonymous", key), default), default).AsTask();

    private static ValueTask<FoundRequest?> FindAsync(DocumentStore store, string key) => store.FindRequestAsync(RequestKey.Of("anonymous", key), default);

    private string[] Files() => [.. _disk.Disk.Tree().Where(static path => path.StartsWith(Folder, StringComparison.Ordinal) && path.Length > Folder.Length)];

    private void DamageFirstEntry() => _disk.Disk.FlipBit(Folder + "00000001.requests", RequestFileHeader.Bytes + 60, 0);

    private void Run(Func<DocumentStore, SeededScheduler, Task> steps) => SimulatedProcess.Run(_disk, async scheduler =>
    {
        await using DocumentStore store = Scene.Open(_disk, scheduler, Options);
        await steps(store, scheduler);
    });

    private sealed class JumpingClock : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;
    }
}
