namespace DocService.Queries.Aggregation;

/// <summary>What an aggregate computes of a group.</summary>
public enum Operation
{
    Count,
    Sum,
    Avg,
    Min,
    Max,
}
