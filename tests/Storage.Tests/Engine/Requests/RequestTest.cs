using DocService.Storage.Requests;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>What tests of requests with keys have in common: a simulated disk, and a request that is carried out once.</summary>
public abstract class RequestTest
{
    private protected const string Folder = JournalTest.Data + "/requests";

    private protected static readonly DocumentOperation[] PutA = [Put("a", "1")];

    private protected SimulatedFileSystem Disk { get; set; } = new();

    private protected static RequestKey KeyOf(string key) => RequestKey.Of("anonymous", key);

    private protected static PutOperation Put(string id, string json) => new(DocumentKey.Create(id), TestDocuments.Content(json), default);

    private protected static Task<CommitResult> OnceAsync(DocumentStore store, string key, DocumentOperation[] operations, byte fingerprint = 1) =>
        store.CommitAsync(operations, DurabilityLevel.Durable, new IdempotentRequest(KeyOf(key), Sha256Digest.Of([fingerprint])), default).AsTask().SoonAsync();

    private protected static void AssertReplayed(CommitResult first, CommitResult second)
    {
        Assert.Null(first.Replayed);
        Assert.NotNull(second.Replayed);
        Assert.True(second.IsCommitted);
        Assert.Equal(first.Sequence, second.Sequence);
        Assert.Equal(first.Results.Select(static result => (result.Status, result.Sequence)), second.Results.Select(static result => (result.Status, result.Sequence)));
    }
}
