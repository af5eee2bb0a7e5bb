using DocService.Index.Families;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rows;

namespace DocService.Index.Tests.Following;

/// <summary>What becomes of an index that is there when it is opened.</summary>
public sealed class IndexOpeningTests : FollowerTest
{
    [Fact]
    public async Task Open_CopyOfAnEarlierFlush_FollowsOnFromThere()
    {
        using (IndexFollower follower = Follow())
        {
            Log.Publish(TestLog.Put("a", "1", 1), TestLog.Put("b", "1", 1));
            await follower.ReachAsync(1);
            follower.Hurry(1);
            await IndexTest.UntilAsync(() => follower.DurablePosition == 1, "it is durable");
            Log.Publish(TestLog.Put("a", "2", 2));
            Log.Publish(TestLog.Delete("b", 3));
            await follower.ReachAsync(3);
            Folder.CopyOf("index", "killed");
        }

        using IndexFollower again = IndexTest.Follow(Folder["killed"], Log);
        Assert.Equal(1, again.DurablePosition);
        await again.ReachAsync(3);
        Assert.Null(again.Status.Reason);
        Assert.Equal([KeyValuePair.Create("a", "2")], again.ReadAll());
    }

    [Theory]
    [InlineData("removed", "there is no index")]
    [InlineData("damaged", "failed while it was opened")]
    [InlineData("no state", "has no state")]
    [InlineData("other format", "another format")]
    [InlineData("unfinished", "not built to its end")]
    [InlineData("other store", "is that of store")]
    [InlineData("future", "knows commit 99")]
    [InlineData("too old", "They are gone.")]
    public async Task Open_TheIndexCannotBeUsed_IsMadeAnewAndSaysWhy(string what, string reason)
    {
        Log.File(TestLog.Put("a", "1", 1));
        using (IndexFollower follower = Follow())
        {
            await follower.ReachAsync(1);
        }

        Log.File(TestLog.Put("a", "2", 2), TestLog.Put("b", "1", 2));
        Spoil(what);

        using IndexFollower again = Follow();
        await again.ReachAsync(2);
        Assert.Contains(reason, again.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(IndexStage.Following, again.Status.Stage);
        Assert.Equal([KeyValuePair.Create("a", "2"), KeyValuePair.Create("b", "1")], again.ReadAll());
        Assert.Equal((2, 2), (again.Status.Done, again.Status.Total));
        using IndexReader? reader = again.TryRead();
        Assert.Equal(2, reader!.CompleteFrom);
    }

    /// <summary>Commits that were lost are missed by what recovery has found, not by what has been written since.</summary>
    [Fact]
    public async Task Open_NewCommitsComeBeforeItsThread_AnIndexOfTheFutureIsMadeAnew()
    {
        Log.File(TestLog.Put("a", "1", 1));
        using (IndexFollower follower = Follow())
        {
            await follower.ReachAsync(1);
        }

        Spoil("future");
        Log.Asked = () =>
        {
            Log.Asked = null;
            Log.Publish(TestLog.Put("b", "1", 99));
        };

        using IndexFollower again = Follow();
        await again.ReachAsync(99);
        Assert.Contains("knows commit 99", again.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], again.ReadAll().Keys);
    }

    private void Spoil(string what)
    {
        string index = Folder["index"];
        switch (what)
        {
            case "removed":
                Directory.Delete(index, recursive: true);
                break;
            case "damaged":
                File.WriteAllText(Path.Combine(index, "CURRENT"), "nothing");
                break;
            case "no state":
                Change(state => null);
                break;
            case "other format":
                Change(state => state with { Format = state.Format + 1 });
                break;
            case "unfinished":
                Change(state => state with { IsBuilding = true });
                break;
            case "other store":
                Change(state => state with { StoreId = Guid.Empty });
                break;
            case "future":
                Change(state => state with { Position = 99 });
                break;
            default:
                Log.GoneThrough = 2;
                break;
        }
    }

    private void Change(Func<IndexState, IndexState?> change)
    {
        RocksDatabase database = RocksDatabase.Open(Folder["index"], IndexOptions.CacheBytesMin);
        using (var batch = new RocksBatch(database))
        {
            using (RocksValue row = database.Read(Family.State, IndexState.Key))
            {
                if (change(IndexState.TryRead(row.Bytes)!) is { } changed)
                {
                    batch.Put(Family.State, IndexState.Key, changed.ToRow());
                }
                else
                {
                    batch.Delete(Family.State, IndexState.Key);
                }
            }

            database.Write(batch);
        }

        database.Flush();
        database.Close();
    }
}
