namespace DocService.Queries;

/// <summary>What is wrong with a part of a query, for its author: a value, as bad input is no exception.</summary>
/// <param name="Kind">The slug of the problem: <c>invalid-filter</c>, <c>invalid-sort</c>, <c>invalid-select</c>, <c>invalid-aggregate</c>.</param>
/// <param name="At">A JSON Pointer (RFC 6901) to the fault, from the filter, sort … itself; empty for the whole.</param>
/// <param name="Detail">One or two plain sentences.</param>
public sealed record QueryFault(string Kind, string At, string Detail)
{
    public const string InvalidFilter = "invalid-filter";
    public const string InvalidSort = "invalid-sort";
    public const string InvalidSelect = "invalid-select";
    public const string InvalidAggregate = "invalid-aggregate";

    /// <summary>One step of a JSON Pointer.</summary>
    public static string Step(string at, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return $"{at}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
    }
}
