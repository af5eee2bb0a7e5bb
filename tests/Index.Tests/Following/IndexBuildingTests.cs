using DocService.Index.Reading;
using DocService.Storage.Model;

namespace DocService.Index.Tests.Following;

/// <summary>An index that is made of the documents' files, at first or anew.</summary>
public sealed class IndexBuildingTests : FollowerTest
{
    /// <summary>What is published and not filed yet is in no file: a rebuild begins where the files end.</summary>
    [Fact]
    public async Task Rebuild_CommitsAreNotFiledYet_HasThem()
    {
        Log.File(TestLog.Put("a", "1", 1));
        using IndexFollower follower = Follow();
        Log.Publish(TestLog.Put("b", "1", 2));
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
        Assert.Contains("the test says so", Log.Failures);
    }

    [Fact]
    public async Task Build_DocumentsAreDeletedAndReplacedWhileTheirFilesAreRead_NoneComesBack()
    {
        Log.File([.. Enumerable.Range(0, 10).Select(n => TestLog.Put($"d{n}", "old", n + 1))]);
        long next = 100;
        Log.Reading = name =>
        {
            // The file is open and holds the old version. The log is read before the file's row is written, or after it.
            Log.Publish(name[1] % 2 == 0 ? TestLog.Delete(name, next++) : TestLog.Put(name, "new", next++));
        };

        using IndexFollower follower = Follow();
        await follower.ReachAsync(109);

        Assert.Equal(["d1", "d3", "d5", "d7", "d9"], follower.ReadAll().Keys);
        Assert.All(follower.ReadAll().Values, body => Assert.Equal("new", body));
    }

    [Fact]
    public async Task Build_DeleteIsReadBeforeTheFile_TheDocumentStaysDeleted()
    {
        Log.File([.. Enumerable.Range(0, 200).Select(n => TestLog.Put($"d{n:D3}", "old", n + 1))]);
        bool isDeleted = false;
        Log.Reading = _ =>
        {
            if (!isDeleted)
            {
                isDeleted = true; // of a document whose file is read in a later batch, and which the index does not know yet
                Log.Publish(TestLog.Delete("d198", 500));
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
        Log.File(TestLog.Put("a", "1", 1));
        using var reading = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        Log.Reading = _ =>
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
        Log.Publish(TestLog.Put("a", "1", 1));
        await follower.ReachAsync(1);
        Log.File(TestLog.Put("a", "2", 2));

        follower.LetGo("it was late");

        await follower.ReachAsync(2);
        Assert.Equal("it was late", follower.Status.Reason);
        Assert.Equal([KeyValuePair.Create("a", "2")], follower.ReadAll());
    }

    [Fact]
    public async Task Rebuild_AReaderIsOpen_WaitsForItAndRefusesItMeanwhile()
    {
        Log.File(TestLog.Put("a", "1", 1));
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
        Log.Publish(TestLog.Put("a", "1", 1));
        await follower.ReachAsync(1);
        for (int n = 1; n < 100; n++)
        {
            string table = Folder[$"index/{n:D6}.sst"];
            if (!File.Exists(table))
            {
                File.CreateSymbolicLink(table, "/dev/full"); // takes no byte
            }
        }

        Log.File(TestLog.Put("a", "2", 2));
        follower.Hurry(1);

        await IndexTest.UntilAsync(() => follower.Status is { Stage: IndexStage.Following, Reason: not null and not "there is no index" }, "it is made anew");
        Assert.Contains("No space left", follower.Status.Reason, StringComparison.Ordinal);
        Assert.Equal([KeyValuePair.Create("a", "2")], follower.ReadAll());
    }
}
