using DocService.Contract.Tests.Batches;
using DocService.Contract.Tests.Documents;
using DocService.Contract.Tests.Queries;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Engines;

/// <summary>The contract, kept by <see cref="FilesEngine"/>. Another engine has such a list of its own.</summary>
[CollectionDefinition(Name)]
public sealed class OnFiles : ICollectionFixture<SharedServer<FilesEngine>>
{
    private const string Name = "files";

    [Collection(Name)]
    public sealed class RoundTrips(SharedServer<FilesEngine> shared) : RoundTripTests(shared);

    [Collection(Name)]
    public sealed class ConditionTable(SharedServer<FilesEngine> shared) : ConditionTableTests(shared);

    [Collection(Name)]
    public sealed class ConditionPrecedence(SharedServer<FilesEngine> shared) : ConditionPrecedenceTests(shared);

    [Collection(Name)]
    public sealed class ConcurrentWriters(SharedServer<FilesEngine> shared) : ConcurrentWriterTests(shared);

    [Collection(Name)]
    public sealed class Levels(SharedServer<FilesEngine> shared) : LevelTests(shared);

    [Collection(Name)]
    public sealed class Restarts(SharedServer<FilesEngine> shared) : RestartTests(shared);

    [Collection(Name)]
    public sealed class Batches(SharedServer<FilesEngine> shared) : BatchTests(shared);

    [Collection(Name)]
    public sealed class Patches(SharedServer<FilesEngine> shared) : PatchTests(shared);

    [Collection(Name)]
    public sealed class Preferences(SharedServer<FilesEngine> shared) : PreferAndDurabilityTests(shared);

    [Collection(Name)]
    public sealed class BatchRefusals(SharedServer<FilesEngine> shared) : BatchRefusalTests(shared);

    [Collection(Name)]
    public sealed class Lists(SharedServer<FilesEngine> shared) : ListTests(shared);

    [Collection(Name)]
    public sealed class Queries(SharedServer<FilesEngine> shared) : QueryTests(shared);

    [Collection(Name)]
    public sealed class Exports(SharedServer<FilesEngine> shared) : ExportTests(shared);
}
