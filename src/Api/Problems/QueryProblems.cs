using System.Globalization;
using DocService.Index;
using DocService.Queries;

namespace DocService.Api.Problems;

/// <summary>The part of the catalogue that is about queries.</summary>
internal static class QueryProblems
{
    private const int RetrySeconds = 2;

    public static Problem NoIndex { get; } = new(ProblemCatalogue.NoIndex, "There is no index (Index=off), or none that has this (Engine=postgres).");

    public static Problem Cursor { get; } = new(ProblemCatalogue.InvalidCursor, "The cursor was not given for this query, or is not as it was given.");

    public static Problem CursorExpired { get; } = new(ProblemCatalogue.CursorExpired, "The cursor is of another version of the order. Ask for the first page again.");

    public static Problem TooManyGroups { get; } = new(ProblemCatalogue.TooManyGroups, "There are more than 10,000 groups, or more than 64 MiB of keys and values.");

    public static Problem WeakTag(string current) =>
        new Problem(ProblemCatalogue.PreconditionFailed, "If-Match compares strongly, so the weak entity tag of a list never matches.").With(
            new KeyValuePair<string, object?>("currentETag", current), new KeyValuePair<string, object?>("currentDigest", null));

    public static Problem Timeout(TimeSpan allowed) =>
        new(ProblemCatalogue.QueryTimeout, string.Create(CultureInfo.InvariantCulture, $"Nothing more was found within {allowed.TotalSeconds} s (QueryTimeout)."));

    public static Problem ExportTimeout(TimeSpan allowed) =>
        new(ProblemCatalogue.QueryTimeout, string.Create(CultureInfo.InvariantCulture, $"The export was not done within {allowed.TotalSeconds} s (ExportTimeout)."));

    /// <param name="place">Where the value stands.</param>
    /// <param name="detail">What is wrong with it.</param>
    public static Problem Value(QueryPlace place, string detail) => new Problem(ProblemCatalogue.InvalidParameter, detail).With(place.Member());

    public static Problem Fault(QueryPlace place, QueryFault fault)
    {
        ProblemType type = fault.Kind switch
        {
            QueryFault.InvalidFilter => ProblemCatalogue.InvalidFilter,
            QueryFault.InvalidSort => ProblemCatalogue.InvalidSort,
            QueryFault.InvalidSelect => ProblemCatalogue.InvalidSelect,
            _ => ProblemCatalogue.InvalidAggregate,
        };
        return new Problem(type, fault.Detail).With(place.Members(fault.At));
    }

    public static Problem Id(QueryPlace place, InvalidId error)
    {
        Problem problem = ProblemCatalogue.Id(error);
        return problem with
        {
            Detail = problem.Detail.Replace("of the id", $"of '{place.Name}'", StringComparison.Ordinal),
            Extensions = [.. problem.Extensions, place.Member()],
        };
    }

    /// <summary>Why it is made anew may name files, and how far that is tells how many documents the store has.</summary>
    public static Problem Building(IndexStatus status) => new(ProblemCatalogue.IndexBuilding, "The index is not ready yet.")
    {
        Reason = status.Reason is { } reason ? $"The index is made anew ({reason})." : null,
        ForOperators = [new("done", status.Done), new("total", status.Total)],
        RetryAfterSeconds = RetrySeconds,
    };
}
