using DocService.Api.Tests.Support;

namespace DocService.Contract.Tests.Engines;

/// <summary>The embedded engine: a journal and files in a directory of its own.</summary>
public sealed class FilesEngine : IEngineUnderTest
{
    private readonly TestDirectory _directory = new();

    public string? Lacking => null;

    public IReadOnlyList<string> Levels => ["buffered", "durable", "filed"];

    /// <summary>A journal of 72 MiB: the smallest that holds documents of 16 MiB, as large as they may be by default.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["DocService:DataDirectory"] = _directory.Path,
        ["DocService:SegmentBytes"] = "18874368",
        ["DocService:JournalBytes"] = "75497472",
        ["DocService:MaxBatchBytes"] = "16777216",
        ["DocService:IndexCacheBytes"] = "8388608",
    };

    public void Dispose() => _directory.Dispose();
}
