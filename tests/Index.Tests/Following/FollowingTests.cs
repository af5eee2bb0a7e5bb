using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.Following;

/// <summary>An index and its log, step by step.</summary>
public sealed class FollowingTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly TestLog _log = new();

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
        _log.Publish(TestLog.Put("a", "1", 1));
        _log.Publish(TestLog.Put("a", "2", 2));
        await follower.ReachAsync(2);
        Assert.Equal(0, follower.DurablePosition);

        follower.Hurry(1);

        await IndexTest.UntilAsync(() => follower.DurablePosition == 2, "it is durable");
        await IndexTest.UntilAsync(() => _log.DurableNotes > 0, "the log knows");
    }

    [Fact]
    public async Task Stop_Clean_EverythingIsDurableAndNothingIsBuiltAtTheNextStart()
    {
        using (IndexFollower follower = Follow())
        {
            await follower.ReachAsync(0);
            _log.Publish(TestLog.Put("a", "1", 1));
        }

        using IndexFollower again = Follow();
        Assert.Equal(1, again.DurablePosition);
        await again.ReachAsync(1);
        Assert.Null(again.Status.Reason);
        Assert.Equal("1", again.ReadAll()["a"]);
    }

    [Fact]
    public async Task Open_CopyOfAnEarlierFlush_FollowsOnFromThere()
    {
        using (IndexFollower follower = Follow())
        {
            _log.Publish(TestLog.Put("a", "1", 1), TestLog.Put("b", "1", 1));
            await follower.ReachAsync(1);
            follower.Hurry(1);
            await IndexTest.UntilAsync(() => follower.DurablePosition == 1, "it is durable");
            _log.Publish(TestLog.Put("a", "2", 2));
            _log.Publish(TestLog.Delete("b", 3));
            await follower.ReachAsync(3);
            _directory.CopyOf("index", "killed");
        }

        using IndexFollower again = IndexTest.Follow(_directory["killed"], _log);
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
        _log.File(TestLog.Put("a", "1", 1));
        using (IndexFollower follower = Follow())
        {
            await follower.ReachAsync(1);
        }

        _log.File(TestLog.Put("a", "2", 2), TestLog.Put("b", "1", 2));
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
        _log.File(TestLog.Put("a", "1", 1));
        using (IndexFollower follower = Follow())
        {
            await follower.ReachAsync(1);
        }

        Spoil("future");
        _log.Asked = () =>
        {
            _log.Asked = null;
            _log.Publish(TestLog.Put("b", "1", 99));
        };

        using IndexFollower again = Follow();
        await again.ReachAsync(99);
        Assert.Contains("knows commit 99", again.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], again.ReadAll().Keys);
    }

    /// <summary>What is published and not filed yet is in no file: a rebuild begins where the files end.</summary>
    [Fact]
    public async Task Rebuild_CommitsAreNotFiledYet_HasThem()
    {
        _log.File(TestLog.Put("a", "1", 1));
        using IndexFollower follower = Follow();
        _log.Publish(TestLog.Put("b", "1", 2));
        await follower.ReachAsync(2);

        follower.Rebuild("the test says so");

        await IndexTest.UntilAsync(() => follower.Status is { Stage: IndexStage.Following, Reason: "the test says so" }, "it is made anew");
        await follower.ReachAsync(2);
        Assert.Equal(["a", "b"], follower.ReadAll().Keys);
    }

    /// <summary>Else the journal would keep everything for an index that reads nothing.</summary>
    [Fact]
    public async Task GiveUp_OnceAFailureIsKnown_TellsTheLog()
    {
        using IndexFollower follower = Follow();
        await follower.ReachAsync(0);
        follower.Rebuild("the test says so");
        await IndexTest.UntilAsync(() => follower.Status is { Stage: IndexStage.Following, Reason: "the test says so" }, "it is made anew");
        Assert.Contains("the test says so", _log.Failures);
    }

    [Fact]
    public async Task Open_ACommitIsPublishedAndNotIndexed_WaitsForIt()
    {
        using IndexFollower follower = FollowLate();
        using var queries = new IndexQueries(follower, new QueryLimits { Wait = IndexTest.Patience }, TimeProvider.System);
        await follower.ReachAsync(0);
        _log.Publish(TestLog.Put("a", "1", 1));
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);
        Assert.Equal(1, reader.AsOf);
    }

    [Fact]
    public async Task Open_TheIndexDoesNotGetThere_IsBusy()
    {
        using IndexFollower follower = FollowLate();
        using var queries = new IndexQueries(follower, new QueryLimits { Wait = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
        await follower.ReachAsync(0);
        _log.File(TestLog.Put("a", "1", 1)); // published, and its commit cannot be read
        await Assert.ThrowsAsync<Storage.Failures.StoreBusyException>(async () => await queries.OpenAsync(isEventual: false, default));
        using IndexReader reader = await queries.OpenAsync(isEventual: true, default);
        Assert.Equal(0, reader.AsOf);
    }

    [Fact]
    public async Task Build_DocumentsAreDeletedAndReplacedWhileTheirFilesAreRead_NoneComesBack()
    {
        _log.File([.. Enumerable.Range(0, 10).Select(n => TestLog.Put($"d{n}", "old", n + 1))]);
        long next = 100;
        _log.Reading = name =>
        {
            // The file is open and holds the old version. The log is read before the file's row is written, or after it.
            _log.Publish(name[1] % 2 == 0 ? TestLog.Delete(name, next++) : TestLog.Put(name, "new", next++));
        };

        using IndexFollower follower = Follow();
        await follower.ReachAsync(109);

        Assert.Equal(["d1", "d3", "d5", "d7", "d9"], follower.ReadAll().Keys);
        Assert.All(follower.ReadAll().Values, body => Assert.Equal("new", body));
    }

    [Fact]
    public async Task Build_DeleteIsReadBeforeTheFile_TheDocumentStaysDeleted()
    {
        _log.File([.. Enumerable.Range(0, 200).Select(n => TestLog.Put($"d{n:D3}", "old", n + 1))]);
        bool isDeleted = false;
        _log.Reading = _ =>
        {
            if (!isDeleted)
            {
                isDeleted = true; // of a document whose file is read in a later batch, and which the index does not know yet
                _log.Publish(TestLog.Delete("d198", 500));
            }
        };

        using IndexFollower follower = Follow();
        await follower.ReachAsync(500);

        Assert.Equal(199, follower.ReadAll().Count);
        Assert.DoesNotContain("d198", follower.ReadAll().Keys);
    }

    [Fact]
    public async Task Build_NotDone_DoesNotAnswer()
    {
        _log.File(TestLog.Put("a", "1", 1));
        using var reading = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        _log.Reading = _ =>
        {
            reading.Release();
            goOn.Wait();
        };
        using IndexFollower follower = Follow();
        await reading.WaitAsync();

        Assert.Null(follower.TryRead());
        Assert.Equal(IndexStage.Building, follower.Status.Stage);
        Task<bool> waiting = follower.WaitForAsync(1, IndexTest.Patience, default);
        Assert.False(waiting.IsCompleted);
        goOn.Release();
        Assert.True(await waiting);
        Assert.Single(follower.ReadAll());
    }

    [Fact]
    public async Task LetGo_TheLogWentOnWithoutIt_IsMadeAnew()
    {
        using IndexFollower follower = Follow();
        _log.Publish(TestLog.Put("a", "1", 1));
        await follower.ReachAsync(1);
        _log.File(TestLog.Put("a", "2", 2));

        follower.LetGo("it was late");

        await follower.ReachAsync(2);
        Assert.Equal("it was late", follower.Status.Reason);
        Assert.Equal([KeyValuePair.Create("a", "2")], follower.ReadAll());
    }

    [Fact]
    public async Task Rebuild_AReaderIsOpen_WaitsForItAndRefusesItMeanwhile()
    {
        _log.File(TestLog.Put("a", "1", 1));
        using IndexFollower follower = Follow();
        await follower.ReachAsync(1);
        IndexReader reader = follower.TryRead()!;

        follower.Rebuild("the test says so");

        await IndexTest.UntilAsync(() => Record.Exception(() => reader.GetBody(DocumentKey.Create("a"))) is IndexClosedException, "the reader is refused");
        Assert.Equal(IndexStage.Waiting, follower.Status.Stage);
        reader.Dispose();
        await follower.ReachAsync(1);
        Assert.Equal("the test says so", follower.Status.Reason);
    }

    [Fact]
    public async Task Flush_TheDiskIsFull_IsRemovedAndMadeAnew()
    {
        using IndexFollower follower = Follow();
        await follower.ReachAsync(0); // and what it was built of is flushed
        _log.Publish(TestLog.Put("a", "1", 1));
        await follower.ReachAsync(1);
        for (int n = 1; n < 100; n++)
        {
            string table = _directory[$"index/{n:D6}.sst"];
            if (!File.Exists(table))
            {
                File.CreateSymbolicLink(table, "/dev/full"); // takes no byte
            }
        }

        _log.File(TestLog.Put("a", "2", 2));
        follower.Hurry(1);

        await IndexTest.UntilAsync(() => follower.Status is { Stage: IndexStage.Following, Reason: not null and not "there is no index" }, "it is made anew");
        Assert.Contains("No space left", follower.Status.Reason, StringComparison.Ordinal);
        Assert.Equal([KeyValuePair.Create("a", "2")], follower.ReadAll());
    }

    [Fact]
    public async Task Tombstones_KeptLongEnough_GoAndTheFeedSaysSince()
    {
        var clock = new FakeTimeProvider();
        using IndexFollower follower = Follow(clock);
        _log.Publish(TestLog.Put("a", "1", 1));
        _log.Publish(TestLog.Delete("a", 2));
        await follower.ReachAsync(2);
        clock.Advance(TimeSpan.FromDays(8));
        _log.Publish(TestLog.Put("b", "1", 3));
        await follower.ReachAsync(3);
        _log.Publish(TestLog.Put("b", "2", 4));
        await follower.ReachAsync(4);

        using IndexReader? reader = follower.TryRead();
        Assert.Equal(2, reader!.CompleteFrom);
        Assert.Null(reader.GetFacts(DocumentKey.Create("a")));
    }

    public void Dispose() => _directory.Dispose();

    private IndexFollower Follow(TimeProvider? clock = null) => IndexTest.Follow(_directory["index"], _log, clock);

    /// <summary>One that reads the log only when somebody waits.</summary>
    private IndexFollower FollowLate()
    {
        IndexOptions options = IndexTest.Options(_directory["index"]) with { Lag = TimeSpan.FromHours(1) };
        var follower = new IndexFollower(options, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        follower.Prepare();
        follower.Start(_log);
        return follower;
    }

    private void Spoil(string what)
    {
        string index = _directory["index"];
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
                _log.GoneThrough = 2;
                break;
        }
    }

    private void Change(Func<IndexState, IndexState?> change)
    {
        RocksDatabase database = RocksDatabase.Open(_directory["index"], IndexOptions.CacheBytesMin);
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
