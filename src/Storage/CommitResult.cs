using DocService.Storage.Requests;

namespace DocService.Storage;

/// <summary>The answer to an atomic write that the store could decide.</summary>
public sealed record CommitResult
{
    /// <summary>False when a condition failed, a rule refused an operation, or there was no document to patch: then nothing was written.</summary>
    public required bool IsCommitted { get; init; }

    /// <summary>Sequence of the commit; where there was nothing to write, that of the last durable one.</summary>
    public required long Sequence { get; init; }

    /// <summary>The level truly reached.</summary>
    public required DurabilityLevel Level { get; init; }

    /// <summary>Not null where an earlier request with the same key has done this, and this one nothing. Its results name no documents then.</summary>
    public RememberedRequest? Replayed { get; init; }

    /// <summary>One for each operation, in their order.</summary>
    public required IReadOnlyList<WriteResult> Results { get; init; }
}
