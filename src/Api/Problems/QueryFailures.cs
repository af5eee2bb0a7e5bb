using DocService.Index;
using DocService.Queries;
using DocService.Storage;

namespace DocService.Api.Problems;

/// <summary>What a failure of a query, or of the feed, means to its client.</summary>
internal static class QueryFailures
{
    /// <summary>Null for a fault in the program.</summary>
    /// <param name="exception">That has been thrown.</param>
    /// <param name="queries">Whose state may tell more.</param>
    /// <param name="timeout">How long a search may take.</param>
    public static Problem? ToProblem(Exception exception, IndexQueries queries, TimeSpan timeout) => exception switch
    {
        SearchLimitException => QueryProblems.Timeout(timeout),
        IndexNotReadyException notReady => QueryProblems.Building(notReady.Status),
        IndexFailedException or IndexClosedException => QueryProblems.Building(queries.Status),
        StoreException store => ProblemCatalogue.Of(store),
        _ => null,
    };

    /// <summary>The same, and what keeps the index from starting.</summary>
    public static Problem? ToProblem(Exception exception, IndexQueries queries, TimeSpan timeout, IDocumentStore store) =>
        exception is IndexNotReadyException { Status.Stage: IndexStage.NotStarted } && store.Status is { State: StoreState.Damaged } status
            ? ProblemCatalogue.Damaged(status.Reason!) // it waits for a log that nobody can read
            : ToProblem(exception, queries, timeout);
}
