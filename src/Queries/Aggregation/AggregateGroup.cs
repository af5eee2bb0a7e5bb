namespace DocService.Queries.Aggregation;

/// <param name="Key">Of each path of <c>groupBy</c> the value, as JSON, spelled as in the group's first document.</param>
/// <param name="Values">Of each computation the result, in their order.</param>
public sealed record AggregateGroup(IReadOnlyList<ReadOnlyMemory<byte>> Key, IReadOnlyList<AggregateValue> Values);
