using DocService.Contract.Tests.Batches;
using DocService.Contract.Tests.Documents;
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
}
