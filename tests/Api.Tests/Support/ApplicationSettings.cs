using DocService.Storage;

namespace DocService.Api.Tests.Support;

/// <summary>How a test's application differs from the default.</summary>
internal sealed record ApplicationSettings
{
    public string Environment { get; init; } = "Production";

    /// <summary>Keys of the section DocService.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Keys outside that section, whole.</summary>
    public IReadOnlyDictionary<string, string> OtherValues { get; init; } = new Dictionary<string, string>();

    public TimeProvider? Clock { get; init; }

    /// <summary>One that the test owns, for several applications one after the other; null: one of its own.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Stands in front of the store, for tests that need something to happen at one moment.</summary>
    public Func<IDocumentStore, IDocumentStore>? BeforeStore { get; init; }

    /// <summary>Gets the lines of the server's log; null: nobody does.</summary>
    public LogLines? Log { get; init; }

    /// <summary>Listen on a free port instead of answering in memory.</summary>
    public bool UsesSockets { get; init; }

    /// <summary>Small enough that a test can exceed them: documents of 1,000 bytes, a budget of 20,000.</summary>
    public static IReadOnlyDictionary<string, string> SmallLimits { get; } =
        new Dictionary<string, string> { ["MaxDocumentBytes"] = "1000", ["MaxBatchBytes"] = "1000", ["InFlightBytes"] = "20000", ["MaxDepth"] = "5" };

    /// <summary>What needs an index is refused.</summary>
    public static ApplicationSettings WithoutIndex { get; } = new() { Values = new Dictionary<string, string> { ["Index"] = "off" } };

    /// <summary>12 MiB, quick to make; and a write is filed when it is answered, so that tests can look at the files.</summary>
    public static IReadOnlyDictionary<string, string> SmallJournal { get; } = new Dictionary<string, string>
    {
        ["SegmentBytes"] = "2097152",
        ["JournalBytes"] = "16777216",
        ["MaxDocumentBytes"] = "1048576",
        ["Durability"] = "filed",
        ["IndexCacheBytes"] = "8388608",
    };

    /// <summary>For documents of 16 MiB, as large as they may be by default.</summary>
    public static IReadOnlyDictionary<string, string> LargeDocuments { get; } = new Dictionary<string, string>
    {
        ["SegmentBytes"] = "18874368",
        ["JournalBytes"] = "75497472",
        ["MaxDocumentBytes"] = "16777216",
    };
}
