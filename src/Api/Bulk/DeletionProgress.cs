using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>How far a deletion of many documents has come.</summary>
/// <param name="asked">The level that its client asks for.</param>
internal sealed class DeletionProgress(DurabilityLevel asked)
{
    public CommitsDone Commits { get; } = new(asked);

    public long Deleted { get; private set; }

    /// <summary>Documents that were changed between the snapshot and their deletion, and so are still there.</summary>
    public long Kept { get; set; }

    /// <summary>Documents that somebody else deleted meanwhile.</summary>
    public long Gone { get; private set; }

    public void Note(CommitResult result)
    {
        Commits.Note(result);
        Deleted += result.Results.Count(one => one.Status == WriteStatus.Deleted);
        Gone += result.Results.Count(one => one.Status == WriteStatus.NotFound);
    }

    /// <summary>A problem that came in the midst of it.</summary>
    public Problem AddTo(Problem problem) => Commits.Sequence is not { } sequence ? problem : problem.Adding($"{ProblemCatalogue.Count(Deleted, "document")} had been deleted before that, and stay so.") with
    {
        Extensions = [.. problem.Extensions, new("deleted", Deleted), new("sequence", sequence)],
    };
}
