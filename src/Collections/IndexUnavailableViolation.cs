namespace DocService.Collections;

/// <summary>A unique index is not whole, so that a write that could break it is not taken. Other documents work as ever.</summary>
/// <param name="IsFailed">It failed, and is not built at present; else it is being built.</param>
/// <param name="Reason">In one sentence.</param>
public sealed record IndexUnavailableViolation(bool IsFailed, string Reason) : RuleViolation(Reason)
{
    /// <summary>Documents that have been read where it is being built.</summary>
    public long Done { get; init; }

    /// <summary>Documents there are to read, as far as is known.</summary>
    public long Total { get; init; }
}
