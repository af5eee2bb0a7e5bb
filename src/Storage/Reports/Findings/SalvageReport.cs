namespace DocService.Storage.Reports.Findings;

/// <summary>What a salvage did.</summary>
public sealed record SalvageReport
{
    /// <summary>False when the journal was whole: then nothing was touched.</summary>
    public required bool WasDamaged { get; init; }

    /// <summary>FORMAT was damaged or gone, and has been written anew from what the journal says.</summary>
    public bool IsFormatRebuilt { get; init; }

    /// <summary>Whether versions of documents were kept is not known: FORMAT alone says so, and it has been written anew where there are no directories of them.</summary>
    public bool AreVersionsUnknown { get; init; }

    /// <summary>Where the journal was copied to before anything was changed; null when nothing was.</summary>
    public required string? Evidence { get; init; }

    /// <summary>Intact commits that were not yet filed and now are.</summary>
    public required int CommitsApplied { get; init; }

    /// <summary>One line for each run of commits, or file, that could not be read.</summary>
    public required IReadOnlyList<string> Lost { get; init; }
}
