using System.Globalization;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Followers;

/// <summary>What reads the log behind the writes: all of it, in order, and how far it holds the journal up.</summary>
public sealed class FollowerTests
{
    private static readonly StoreOptions Options = JournalTest.Sealing with { BusyTimeout = TimeSpan.FromSeconds(1) };

    /// <summary>Where nothing may be refused and nobody let go, however slow the machine is.</summary>
    private static readonly StoreOptions Patient = Options with { BusyTimeout = TimeSpan.FromMinutes(2) };

    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Follower_ThroughManySegments_ReadsEveryCommitOnceAndInOrder()
    {
        const int Seed = 20261126;
        var random = new Random(Seed);
        var follower = new TestFollower { IsEager = true };
        var expected = new Dictionary<string, string?>();
        await using DocumentStore store = JournalTest.Open(_disk, Patient, follower);
        var sequences = new List<long>();
        for (int n = 0; n < 300; n++)
        {
            string id = $"d{random.Next(20)}";
            string json = JournalTest.Json(random.Next(10, 6000));
            switch (random.Next(4))
            {
                case 0:
                    WriteResult deleted = await store.DeleteAsync(id, DurabilityLevel.Durable);
                    if (deleted.Status == WriteStatus.Deleted)
                    {
                        expected[id] = null;
                        sequences.Add(deleted.Sequence);
                    }

                    break;
                case 1:
                    string other = $"e{random.Next(20)}";
                    sequences.Add((await store.PutAllAsync([id, other], json, DurabilityLevel.Durable)).Sequence);
                    expected[id] = expected[other] = json;
                    break;
                default:
                    sequences.Add((await store.PutAsync(id, json, DurabilityLevel.Durable)).Sequence);
                    expected[id] = json;
                    break;
            }
        }

        await follower.UntilAsync(sequences[^1]);
        Assert.Equal(sequences, follower.Sequences);
        Assert.Equal(expected.OrderBy(one => one.Key), follower.Documents.Select(one => KeyValuePair.Create(one.Key, one.Value.Body)).OrderBy(one => one.Key));
        Assert.True(store.Status.FiledThrough > JournalTest.SegmentBytes / 6000, $"seed {Seed}");
        Assert.Null(follower.Reason);
    }

    [Fact]
    public async Task Follower_NeverDurable_HoldsTheJournalAndSlowsWriters()
    {
        var follower = new TestFollower { IsDerived = false };
        await using DocumentStore store = JournalTest.Open(_disk, Options, follower);
        long last = await FillAsync(store);

        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Null(follower.Reason);
        Assert.True(follower.HurriedThrough > 0);
        await follower.UntilAsync(last);
        follower.MakeDurable(last);
        await JournalTest.UntilAsync(() => IsAccepted(store), "there is room again");
    }

    [Fact]
    public async Task Follower_DerivedAndLate_IsLetGoAndTheLogGoesOn()
    {
        var follower = new TestFollower();
        await using DocumentStore store = JournalTest.Open(_disk, Options, follower);
        for (int n = 0; n < 60; n++)
        {
            await JournalTest.UntilAsync(() => IsAccepted(store), "a write");
        }

        Assert.Contains("did not become durable", follower.Reason, StringComparison.Ordinal);
        Assert.Equal(StoreState.Ready, store.Status.State);
    }

    /// <summary>On a timer: the exception ended the process, and the follower never knew that it was to be made anew.</summary>
    [Fact]
    public async Task Follower_FailsWhenItIsLetGo_IsToldOnceMore()
    {
        var follower = new TestFollower { Failures = 2 };
        await using DocumentStore store = JournalTest.Open(_disk, Options, follower);
        for (int n = 0; n < 60; n++)
        {
            await JournalTest.UntilAsync(() => IsAccepted(store), "a write");
        }

        await JournalTest.UntilAsync(() => follower.Reason is not null, "it is told");
        Assert.Equal((0, StoreState.Ready), (follower.Failures, store.Status.State));
    }

    [Fact]
    public async Task Rejoin_AfterItWasLetGo_HoldsTheJournalFromThereOn()
    {
        var follower = new TestFollower();
        await using DocumentStore store = JournalTest.Open(_disk, Patient, follower);
        await store.PutAsync("a", JournalTest.Json(9000), DurabilityLevel.Filed);
        follower.Log.Fail(follower, "the test says so");
        Assert.Equal("the test says so", follower.Reason);

        long from = follower.Log.Rejoin(follower);

        Assert.Equal(store.Status.FiledThrough, from);
        long next = (await store.PutAsync("b", "1", DurabilityLevel.Filed)).Sequence;
        using Storage.Followers.ICommitCursor cursor = follower.Log.OpenCursor(from);
        Assert.True(cursor.TryRead(out Storage.Followers.FollowedCommit? commit));
        Assert.Equal(next, commit.Sequence);
        Assert.False(cursor.TryRead(out _));
    }

    [Fact]
    public async Task Cursor_GroupWasVoided_ReadsOnInTheNextSegment()
    {
        var follower = new TestFollower { IsEager = true };
        await using DocumentStore store = JournalTest.Open(_disk, Patient, follower);
        await store.PutAsync("a", "1", DurabilityLevel.Durable);
        _ = _disk.FailCall(1, Storage.Io.Errno.ENOSPC, FaultKind.ShortWrite, where: call => JournalTest.IsGroupWrite(call) && call.Length > JournalTest.Block); // no seal
        await Assert.ThrowsAsync<OutOfSpaceException>(() => store.PutAsync("void", JournalTest.Json(6_000), DurabilityLevel.Durable));
        _disk.ClearFaults();
        await JournalTest.UntilAsync(() => IsAccepted(store), "there is room again");

        long last = (await store.PutAsync("b", "1", DurabilityLevel.Durable)).Sequence;

        await follower.UntilAsync(last);
        Assert.Null(follower.Reason);
        Assert.DoesNotContain("void", follower.Documents.Keys);
        Assert.Equal("1", follower.Documents["b"].Body);
    }

    [Fact]
    public async Task Cursor_CommitsAreGone_SaysSo()
    {
        await using (DocumentStore store = JournalTest.Open(_disk, Options))
        {
            await FillAndFileAsync(store);
        }

        var follower = new TestFollower(position: 0);
        await using DocumentStore reopened = JournalTest.Open(_disk, Options, follower);
        await JournalTest.UntilAsync(() => follower.Reason is not null, "it is let go");
        Assert.Contains("does not hold the commits", follower.Reason, StringComparison.Ordinal);
        Assert.Equal(StoreState.Ready, reopened.Status.State);
    }

    /// <summary>Writes until the store is busy; the last sequence.</summary>
    private static async Task<long> FillAsync(DocumentStore store)
    {
        long last = 0;
        for (int n = 0; n < 200; n++)
        {
            try
            {
                last = (await store.PutAsync(n.ToString(CultureInfo.InvariantCulture), JournalTest.Json(9000), DurabilityLevel.Durable)).Sequence;
            }
            catch (StoreBusyException)
            {
                return last;
            }
        }

        throw new InvalidOperationException("Nothing holds the journal.");
    }

    private static async Task FillAndFileAsync(DocumentStore store)
    {
        for (int n = 0; n < 40; n++)
        {
            await store.PutAsync("a", JournalTest.Json(9000), DurabilityLevel.Filed);
        }
    }

    private static bool IsAccepted(DocumentStore store)
    {
        try
        {
            return store.PutAsync("accepted", JournalTest.Json(9000), DurabilityLevel.Durable).GetAwaiter().GetResult().Sequence > 0;
        }
        catch (StoreException exception) when (exception is StoreBusyException or OutOfSpaceException)
        {
            return false;
        }
    }
}
