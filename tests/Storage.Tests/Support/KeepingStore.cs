using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support;

/// <summary>A store on a simulated disk that keeps three versions of every document.</summary>
internal static class KeepingStore
{
    public const ushort Versions = 3;

    public static TestRule Rule => new() { Commit = KeepAll };

    public static DocumentStore Open(SimulatedFileSystem disk, StoreOptions? options = null) => JournalTest.Open(disk, options ?? JournalTest.Sealing, Rule);

    public static void KeepAll(CommitDraft draft)
    {
        for (int index = 0; index < draft.Operations.Count; index++)
        {
            if (draft.Operations[index].Operation is PutOperation)
            {
                draft.KeepVersions(index, Versions);
            }
        }
    }

    /// <summary>The body of a kept version as text, or null where it is not kept.</summary>
    public static async Task<string?> ReadVersionAsync(this IDocumentStore store, string id, long version)
    {
        using StoredDocument? document = await store.OpenVersionAsync(DocumentKey.Create(id), version, null, default);
        Assert.True(document is null || document.Info.Version == version);
        return document is null ? null : Encoding.UTF8.GetString(await document.ReadAllAsync());
    }

    /// <summary>Asks again until all are dropped.</summary>
    public static async Task DropAsync(this IDocumentStore store, string id, params long[] versions)
    {
        IReadOnlyList<KeptVersion> left = [.. versions.Select(version => new KeptVersion(DocumentKey.Create(id), version))];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        for (int tries = 0; left.Count > 0; tries++)
        {
            Assert.True(tries < 10_000, $"{left[0]} cannot be dropped");
            left = await store.DropVersionsAsync(left, default);
            _ = left.Count > 0 && await timer.WaitForNextTickAsync();
        }
    }

    public static string FileOf(string id, long version, string data = JournalTest.Data) => $"{FolderOf(id, data)}/{DocumentPath.Of(DocumentKey.Create(id)).OfVersion(version)}";

    public static string FolderOf(string id, string data = JournalTest.Data) => $"{data}/{DataDirectory.VersionsName}/{DocumentPath.ShardName(DocumentPath.Of(DocumentKey.Create(id)).Shard)}";

    /// <summary>Files of versions, whatever the document.</summary>
    public static string[] VersionFiles(this SimulatedFileSystem disk) =>
        [.. disk.Disk.Tree().Where(path => path.StartsWith($"{JournalTest.Data}/{DataDirectory.VersionsName}/", StringComparison.Ordinal) && !path.EndsWith('/'))];
}
