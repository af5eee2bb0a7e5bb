using DocService.Api.Problems;

namespace DocService.Api.OpenApi;

/// <summary>What any write may be answered by the store, beside what its own request is refused for.</summary>
internal static class WriteProblems
{
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        ProblemCatalogue.DocumentCorrupt,
        ProblemCatalogue.StorageFault,
        ProblemCatalogue.InternalError,
        ProblemCatalogue.Busy,
        ProblemCatalogue.ShuttingDown,
        ProblemCatalogue.Fenced,
        ProblemCatalogue.OutcomeUnknown,
        ProblemCatalogue.JournalDamaged,
        ProblemCatalogue.OutOfSpace,
    ];
}
