using DocService.Storage;

namespace DocService.Api.Problems;

/// <summary>Errors of requests for versions.</summary>
internal static class HistoryProblems
{
    public static Problem NoVersion(DocumentKey key, long version) => new(ProblemCatalogue.VersionNotKept, $"No version {version} of '{key.Id}' is kept.");

    public static Problem ErasureUnderWay { get; } =
        new(ProblemCatalogue.Busy, "Some versions are not filed yet, and cannot be erased before. Others may be gone. Ask again: only 204 says that all are.") { RetryAfterSeconds = 1 };

    public static Problem NoHistory(DocumentKey key) => new(ProblemCatalogue.VersionNotKept, $"No version of '{key.Id}' is kept.");
}
