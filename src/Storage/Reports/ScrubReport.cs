namespace DocService.Storage.Reports;

/// <summary>How far the scrub has come, and what is damaged by now.</summary>
public sealed record ScrubReport
{
    /// <summary>A round is under way.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>When the last round ended, by the wall clock; null: none since the start.</summary>
    public required DateTimeOffset? Finished { get; init; }

    /// <summary>Why there is no scrub any more; null while there is.</summary>
    public required string? Problem { get; init; }

    /// <summary>Files read since the start.</summary>
    public required long Files { get; init; }

    /// <summary>Bytes of them.</summary>
    public required long Bytes { get; init; }

    /// <summary>Documents restored from an intact copy since the start.</summary>
    public required long Restored { get; init; }

    /// <summary>Times since the start that the index was made anew because of what was found.</summary>
    public required long Differences { get; init; }

    /// <summary>Files that are damaged by now, at most 1,000.</summary>
    public required IReadOnlyList<ScrubDamage> Damage { get; init; }
}
