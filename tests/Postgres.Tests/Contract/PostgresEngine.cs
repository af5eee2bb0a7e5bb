using DocService.Contract.Tests.Engines;

namespace DocService.Postgres.Tests.Contract;

/// <summary>The engine on PostgreSQL, on a server of its own that syncs: the contract asserts levels.</summary>
/// <remarks>Owns: the server, made when it is first asked for.</remarks>
public sealed class PostgresEngine : IEngineUnderTest
{
    private readonly Lazy<PostgresServer> _server = new(() => new PostgresServer(string.Empty));
    private readonly Lazy<string> _database;

    public PostgresEngine() => _database = new Lazy<string>(() => _server.Value.NewDatabase());

    public string? Lacking => PostgresServer.Lacking;

    public IReadOnlyList<string> Levels => ["durable"];

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["DocService:Engine"] = "postgres",
        ["ConnectionStrings:Postgres"] = _database.Value,
        ["DocService:Durability"] = "durable",
        ["DocService:MaxBatchBytes"] = "16777216",
    };

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}
