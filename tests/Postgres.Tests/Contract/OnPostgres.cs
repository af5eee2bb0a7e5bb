using DocService.Contract.Tests.Batches;
using DocService.Contract.Tests.Documents;
using DocService.Contract.Tests.Queries;
using DocService.Contract.Tests.Support;

namespace DocService.Postgres.Tests.Contract;

/// <summary>The contract, kept by <see cref="PostgresEngine"/>: the same tests as for files.</summary>
[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<SharedServer<PostgresEngine>>
{
    private const string Name = "postgres";

    [Collection(Name)]
    public sealed class RoundTrips(SharedServer<PostgresEngine> shared) : RoundTripTests(shared);

    [Collection(Name)]
    public sealed class ConditionTable(SharedServer<PostgresEngine> shared) : ConditionTableTests(shared);

    [Collection(Name)]
    public sealed class ConditionPrecedence(SharedServer<PostgresEngine> shared) : ConditionPrecedenceTests(shared);

    [Collection(Name)]
    public sealed class ConcurrentWriters(SharedServer<PostgresEngine> shared) : ConcurrentWriterTests(shared);

    [Collection(Name)]
    public sealed class Levels(SharedServer<PostgresEngine> shared) : LevelTests(shared);

    [Collection(Name)]
    public sealed class Restarts(SharedServer<PostgresEngine> shared) : RestartTests(shared);

    [Collection(Name)]
    public sealed class Batches(SharedServer<PostgresEngine> shared) : BatchTests(shared);

    [Collection(Name)]
    public sealed class Patches(SharedServer<PostgresEngine> shared) : PatchTests(shared);

    [Collection(Name)]
    public sealed class Preferences(SharedServer<PostgresEngine> shared) : PreferAndDurabilityTests(shared);

    [Collection(Name)]
    public sealed class BatchRefusals(SharedServer<PostgresEngine> shared) : BatchRefusalTests(shared);

    [Collection(Name)]
    public sealed class Lists(SharedServer<PostgresEngine> shared) : ListTests(shared);

    [Collection(Name)]
    public sealed class Queries(SharedServer<PostgresEngine> shared) : QueryTests(shared);

    [Collection(Name)]
    public sealed class Exports(SharedServer<PostgresEngine> shared) : ExportTests(shared);
}
