using System.Text;
using DocService.Storage.Followers;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

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
