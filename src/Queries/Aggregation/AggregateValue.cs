namespace DocService.Queries.Aggregation;

/// <param name="Name">The computation's.</param>
/// <param name="Json">The result; null where there is none.</param>
/// <param name="Inexact">Numbers with digits above 10^400 or below 10^-400; where there are any, the result is null.</param>
public readonly record struct AggregateValue(string Name, ReadOnlyMemory<byte> Json, long Inexact);
