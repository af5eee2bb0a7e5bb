using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Contract;

/// <summary>The engine with a journal and files.</summary>
public sealed class JournalStoreContractTests : DocumentStoreContract, IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override Task<IDocumentStore> OpenAsync(TimeProvider? clock = null) =>
        Task.FromResult<IDocumentStore>(TestDocuments.Open(_directory.Path, clock));
}
