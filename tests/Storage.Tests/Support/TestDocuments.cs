using DocService.Storage.Rules;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support;

/// <summary>Short ways to open the engine with a journal and files.</summary>
internal static partial class TestDocuments
{
    /// <summary>The best level of this engine.</summary>
    public const DurabilityLevel Best = DurabilityLevel.Filed;

    public static DocumentStore Open(string directory, TimeProvider? clock = null, params IReadOnlyList<IWriteRule> rules) =>
        DocumentStore.Open(SmallOptions(directory), clock ?? TimeProvider.System, NullLoggerFactory.Instance, rules);

    /// <summary>A journal that is quick to make.</summary>
    public static StoreOptions SmallOptions(string directory) => new()
    {
        DataDirectory = directory,
        SegmentBytes = 4 << 20,
        JournalBytes = 16 << 20,
        CommitBytesMax = 3 << 20,
    };
}
