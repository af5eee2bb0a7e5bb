using DocService.Index.Reading;
using DocService.Storage.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.Following;

/// <summary>An index and its log, step by step.</summary>
public sealed class FollowingTests : FollowerTest
{
    [Fact]
    public async Task WaitFor_CommitIsNotThereInTime_IsFalse()
    {
        var clock = new FakeTimeProvider();
        using IndexFollower follower = Follow(clock);
        await follower.ReachAsync(0);
        Task<bool> waiting = follower.WaitForAsync(1, TimeSpan.FromSeconds(10), default);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await waiting);
    }

    [Fact]
    public async Task Hurry_ASegmentWaits_BecomesDurableAndTellsTheLog()
    {
        using IndexFollower follower = Follow();
        await follower.ReachAsync(0);
        Log.Publish(TestLog.Put("a", "1", 1));
        Log.Publish(TestLog.Put("a", "2", 2));
        await follower.ReachAsync(2);
        Assert.Equal(0, follower.DurablePosition);

        follower.Hurry(1);

        await IndexTest.UntilAsync(() => follower.DurablePosition == 2, "it is durable");
        await IndexTest.UntilAsync(() => Log.DurableNotes > 0, "the log knows");
    }

    [Fact]
    public async Task Stop_Clean_EverythingIsDurableAndNothingIsBuiltAtTheNextStart()
    {
        using (IndexFollower follower = Follow())
        {
            await follower.ReachAsync(0);
            Log.Publish(TestLog.Put("a", "1", 1));
        }

        using IndexFollower again = Follow();
        Assert.Equal(1, again.DurablePosition);
        await again.ReachAsync(1);
        Assert.Null(again.Status.Reason);
        Assert.Equal("1", again.ReadAll()["a"]);
    }

    [Fact]
    public async Task Open_ACommitIsPublishedAndNotIndexed_WaitsForIt()
    {
        using IndexFollower follower = FollowLate();
        using var queries = new IndexQueries(follower, new QueryLimits { Wait = IndexTest.Patience }, TimeProvider.System);
        await follower.ReachAsync(0);
        Log.Publish(TestLog.Put("a", "1", 1));
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);
        Assert.Equal(1, reader.AsOf);
    }

    [Fact]
    public async Task Open_TheIndexDoesNotGetThere_IsBusy()
    {
        using IndexFollower follower = FollowLate();
        using var queries = new IndexQueries(follower, new QueryLimits { Wait = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
        await follower.ReachAsync(0);
        Log.File(TestLog.Put("a", "1", 1)); // published, and its commit cannot be read
        await Assert.ThrowsAsync<Storage.Failures.StoreBusyException>(async () => await queries.OpenAsync(isEventual: false, default));
        using IndexReader reader = await queries.OpenAsync(isEventual: true, default);
        Assert.Equal(0, reader.AsOf);
    }

    [Fact]
    public async Task Tombstones_KeptLongEnough_GoAndTheFeedSaysSince()
    {
        var clock = new FakeTimeProvider();
        using IndexFollower follower = Follow(clock);
        Log.Publish(TestLog.Put("a", "1", 1));
        Log.Publish(TestLog.Delete("a", 2));
        await follower.ReachAsync(2);
        clock.Advance(TimeSpan.FromDays(8));
        Log.Publish(TestLog.Put("b", "1", 3));
        await follower.ReachAsync(3);
        Log.Publish(TestLog.Put("b", "2", 4));
        await follower.ReachAsync(4);

        using IndexReader? reader = follower.TryRead();
        Assert.Equal(2, reader!.CompleteFrom);
        Assert.Null(reader.GetFacts(DocumentKey.Create("a")));
    }

    /// <summary>One that reads the log only when somebody waits.</summary>
    private IndexFollower FollowLate()
    {
        IndexOptions options = IndexTest.Options(Folder["index"]) with { Lag = TimeSpan.FromHours(1) };
        var follower = new IndexFollower(options, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        follower.Prepare();
        follower.Start(Log);
        return follower;
    }
}
