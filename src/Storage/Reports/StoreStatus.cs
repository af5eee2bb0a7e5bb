namespace DocService.Storage.Reports;

/// <summary>A snapshot of a store for operators: what every engine can tell.</summary>
public record StoreStatus
{
    public required StoreState State { get; init; }

    /// <summary>Why the state is not <see cref="StoreState.Ready"/>; null when it is.</summary>
    public required string? Reason { get; init; }

    /// <summary>Identity of the data, made at its first start.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>Whether this start created the store.</summary>
    public required bool IsFirstStart { get; init; }

    /// <summary>Every commit up to this sequence is durable, or was refused.</summary>
    public required long DurableThrough { get; init; }

    /// <summary>The best level that can be kept here.</summary>
    public required DurabilityLevel Promise { get; init; }

    /// <summary>Why <see cref="Promise"/> is not the best level, or what is uncertain about it; null when nothing is.</summary>
    public required string? PromiseRemark { get; init; }

    /// <summary>The time by which documents end, beside the wall clock.</summary>
    public required TimeReport Time { get; init; }
}
