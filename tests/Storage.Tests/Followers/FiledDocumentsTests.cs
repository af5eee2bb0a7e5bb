using System.Text;
using DocService.Storage.Followers;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Followers;

/// <summary>What a follower that is made anew reads of the documents' files.</summary>
public sealed class FiledDocumentsTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Read_AllDirectories_GivesEveryFiledDocumentOnceHiddenOnesIncluded()
    {
        var follower = new TestFollower();
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing, follower);
        string[] ids = [.. Enumerable.Range(0, 40).Select(n => $"a/{n}"), new string('ü', 500)];
        await store.PutAllAsync(ids, "1", DurabilityLevel.Filed);
        await store.PutAsync("a/1", "2", DurabilityLevel.Filed);
        await store.DeleteAsync("a/2", DurabilityLevel.Filed);
        await store.CommitAsync([new PutOperation(DocumentKey.CreateHidden("h"), TestDocuments.Content("3"), default)], DurabilityLevel.Filed, default);

        List<(string Id, string Body)> read = ReadAll(follower.Log.Documents);

        IEnumerable<(string, string)> expected = ids.Where(id => id != "a/2").Select(id => (id, id == "a/1" ? "2" : "1")).Append(("\0h", "3"));
        Assert.Equal(expected.OrderBy(one => one.Item1, StringComparer.Ordinal), read.OrderBy(one => one.Id, StringComparer.Ordinal));
        Assert.Equal(store.Status.StoreId, follower.Log.StoreId);
    }

    /// <summary>A follower must know of an end, and of a document that has ended: it may be told of the sweep later. So neither the log nor the files leave it out.</summary>
    [Fact]
    public async Task Read_DocumentThatHasEnded_IsStillInLogAndFilesWithItsEnd()
    {
        var clock = new ShiftedClock();
        var follower = new TestFollower();
        await using DocumentStore store = DocumentStore.Open(_disk, JournalTest.Sealing, clock, NullLoggerFactory.Instance, [EndingStore.Rule], [follower]);
        DocumentInfo info = (await store.PutAsync("t/a", "1")).Document!;
        clock.Pass(EndingStore.Life);
        Assert.True(info.HasEnded(follower.Log.Time.Now));
        Assert.Null(await store.ReadInfoAsync("t/a"));

        using ICommitCursor log = follower.Log.OpenCursor(info.Version - 1);
        Assert.True(log.TryRead(out FollowedCommit? commit));
        Assert.Equal(info, Assert.Single(commit.Operations).Info);
        IFiledDocuments files = follower.Log.Documents;
        using FiledDocument filed = Assert.Single(Enumerable.Range(0, files.Directories).SelectMany(directory => files.List(directory).Select(name => files.Read(directory, name)!)));
        Assert.Equal(info, filed.Document.Info);
    }

    [Fact]
    public async Task Read_FileIsGone_IsNoDocument()
    {
        var follower = new TestFollower();
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing, follower);
        Assert.Null(follower.Log.Documents.Read(0, "a.json"));
    }

    private static List<(string Id, string Body)> ReadAll(IFiledDocuments documents)
    {
        var read = new List<(string, string)>();
        for (int directory = 0; directory < documents.Directories; directory++)
        {
            foreach (string name in documents.List(directory))
            {
                using FiledDocument document = documents.Read(directory, name)!;
                read.Add((document.Key.Id, Encoding.UTF8.GetString(document.Document.Body.Span)));
            }
        }

        return read;
    }
}
