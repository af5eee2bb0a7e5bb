using DocService.Storage.Tests.Contract;

namespace DocService.Postgres.Tests;

/// <summary>The engine on PostgreSQL keeps what every engine keeps.</summary>
public sealed class ContractTests : DocumentStoreContract
{
    private readonly Lazy<string> _database = new(PostgresServer.Shared.NewDatabase);

    protected override async Task<IDocumentStore> OpenAsync(TimeProvider? clock = null) => await PostgresServer.OpenAsync(_database.Value, clock);
}
