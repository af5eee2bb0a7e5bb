namespace DocService.Index;

/// <summary>A snapshot of an index for operators.</summary>
public sealed record IndexStatus
{
    public required IndexStage Stage { get; init; }

    /// <summary>Every commit up to here is in the index.</summary>
    public required long Position { get; init; }

    /// <summary>Every commit up to here is in the index after a crash too.</summary>
    public required long DurablePosition { get; init; }

    /// <summary>How long commits have waited to be indexed; zero when none has to.</summary>
    public required TimeSpan Lag { get; init; }

    /// <summary>Documents read while it is built.</summary>
    public required long Done { get; init; }

    /// <summary>Documents there are to read, as far as is known: estimated from the directories that were listed.</summary>
    public required long Total { get; init; }

    /// <summary>Documents whose files could not be read when it was built: they are not in it until they are written again.</summary>
    public required long Unreadable { get; init; }

    /// <summary>Why it was, or is being, made anew; null when it was opened as it was.</summary>
    public required string? Reason { get; init; }
}
