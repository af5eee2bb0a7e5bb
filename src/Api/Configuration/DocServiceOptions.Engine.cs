using DocService.Postgres;
using DocService.Storage;

namespace DocService.Api.Configuration;

/// <summary>Where documents are kept: in files, or in a PostgreSQL database.</summary>
internal sealed partial class DocServiceOptions
{
    /// <summary>The database, where <see cref="Engine"/> is <see cref="PostgresEngine"/>. Not in the section, because it is where every program of ASP.NET Core looks for it.</summary>
    public const string ConnectionKey = "ConnectionStrings:Postgres";

    private const string FilesEngine = "files";
    private const string PostgresEngine = "postgres";
    private const long PostgresBytesLimit = 256L << 20; // one row; the server holds it more than once, and at most 1 GiB of it

    /// <summary>On how many standbys a write at level replicated is, beside the primary. 0: the level cannot be asked for.</summary>
    public int Replicas { get; set; }

    /// <summary>What keeps the documents: files or postgres.</summary>
    public string Engine { get; set; } = FilesEngine;

    public bool IsPostgres => Engine == PostgresEngine;

    /// <summary>For a command that works with a data directory.</summary>
    /// <exception cref="ConfigurationError">There is none.</exception>
    public DocServiceOptions NeedFiles() =>
        IsPostgres ? throw new ConfigurationError("This works with a data directory, and DocService:Engine is postgres (docs/postgres.md).") : this;

    /// <exception cref="ConfigurationError">It is not said which database.</exception>
    public PostgresOptions ToPostgresOptions(IConfiguration configuration) => new()
    {
        ConnectionString = configuration[ConnectionKey] is { Length: > 0 } said
            ? said
            : throw new ConfigurationError($"DocService:Engine is postgres, and {ConnectionKey} does not say which database."),
        BusyTimeout = BusyTimeout,
        IdempotencyRetention = IdempotencyRetention,
        Replicas = Replicas,
    };

    /// <summary>What this engine does not have yet is refused at the start where a setting asks for it.</summary>
    private string? ValidateEngine() =>
        Engine is not (FilesEngine or PostgresEngine) ? $"DocService:Engine must be {FilesEngine} or {PostgresEngine}, not '{Engine}'."
        : Replicas is < 0 or > 100 ? $"DocService:Replicas must be 0 to 100, not {Replicas}."
        : !IsPostgres ? Replicas > 0 || Level == DurabilityLevel.Replicated ? "DocService:Replicas and the level replicated are for Engine=postgres alone (docs/postgres.md)." : null
        : Level == DurabilityLevel.Replicated && Replicas == 0 ? "DocService:Durability=replicated needs DocService:Replicas, the number of standbys that are to have each write."
        : Level is not (DurabilityLevel.Durable or DurabilityLevel.Replicated) ? $"DocService:Durability must be durable or replicated with Engine=postgres, not '{Durability}'."
        : TakesTokens ? "DocService:JwtAuthority cannot be had with Engine=postgres yet (docs/postgres.md)."
        : RequireKeys ? "DocService:RequireKeys cannot be had with Engine=postgres yet: there are no API keys (docs/postgres.md)."
        : Math.Max(MaxDocumentBytes, BatchBytesMax) > PostgresBytesLimit ? $"DocService:MaxDocumentBytes and MaxBatchBytes must be at most {PostgresBytesLimit} with Engine=postgres."
        : null;
}
