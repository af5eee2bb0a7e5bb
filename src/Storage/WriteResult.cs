using DocService.Storage.Rules;

namespace DocService.Storage;

/// <summary>The answer to a put or delete that the store could decide.</summary>
public sealed record WriteResult
{
    public required WriteStatus Status { get; init; }

    /// <summary>Sequence of the commit; 0 where nothing was written.</summary>
    public long Sequence { get; init; }

    /// <summary>The level truly reached; meaningless where nothing was written.</summary>
    public DurabilityLevel Level { get; init; }

    /// <summary>
    /// The document as it is now: the new version after a put, the version that failed the condition after
    /// <see cref="WriteStatus.ConditionFailed"/>; null where there is none or it cannot be read.
    /// </summary>
    public DocumentInfo? Document { get; init; }

    /// <summary>Why, where the status is <see cref="WriteStatus.Refused"/>.</summary>
    public RuleViolation? Violation { get; init; }
}
