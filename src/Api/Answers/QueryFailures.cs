using DocService.Api.Configuration;
using DocService.Api.Problems;
using DocService.Index;
using DocService.Queries;

namespace DocService.Api.Answers;

/// <summary>What a failure of a query means to its client.</summary>
internal static class QueryFailures
{
    /// <summary>Null for a fault in the program.</summary>
    public static Problem? ToProblem(Exception exception, IndexQueries queries, DocServiceOptions options) => exception switch
    {
        SearchLimitException => QueryProblems.Timeout(options.QueryTimeout),
        IndexNotReadyException notReady => QueryProblems.Building(notReady.Status),
        IndexFailedException or IndexClosedException => QueryProblems.Building(queries.Status),
        StoreException store => ProblemCatalogue.Of(store),
        _ => null,
    };
}
