namespace DocService.Storage.Reports.Findings;

/// <summary>What the last opening found in the journal.</summary>
public sealed record RecoveryReport
{
    /// <summary>Commits that were not yet filed and are being filed again.</summary>
    public required int Records { get; init; }

    /// <summary>Intact records behind the end of the log, never acknowledged, dropped.</summary>
    public required int DiscardedRecords { get; init; }

    /// <summary>The journal ended on a clean stop.</summary>
    public required bool WasCleanStop { get; init; }

    /// <summary>Last commit of the log.</summary>
    public required long End { get; init; }

    /// <summary>
    /// The directory is a copy of another, file by file: from here on it is a store of its own, with a new id and versions
    /// that the other does not hand out. Without a clean stop the other may have been running while it was copied.
    /// </summary>
    public bool IsCopy { get; init; }
}
