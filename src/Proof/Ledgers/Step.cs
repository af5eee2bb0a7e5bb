namespace DocService.Proof.Ledgers;

/// <summary>What one call does to one document, and what its answer told about it.</summary>
internal sealed record Step
{
    public required string Key { get; init; }

    public required StepKind Kind { get; init; }

    /// <summary>Identifies the content of a put; see <see cref="Ledger.NewTag"/>. 0 for others.</summary>
    public long Tag { get; init; }

    /// <summary>If-None-Match: *.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>If-Match with the entity tag of this version.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Whether the document existed before, where the answer tells.</summary>
    public bool? Existed { get; init; }

    /// <summary>What a read found.</summary>
    public Observation? Found { get; init; }

    /// <summary>The version that stood there when a condition failed; 0: none; null: not told.</summary>
    public long? CurrentVersion { get; init; }

    /// <summary>It changes the document where it succeeds.</summary>
    public bool IsWrite => Kind != StepKind.Read;

    /// <summary>False for the deletion of what is not there: it succeeds and writes nothing.</summary>
    public bool ChangesWhenAcknowledged => Kind != StepKind.Delete || Existed != false;

    public override string ToString() =>
        $"{Kind} {Key}{(Tag == 0 ? string.Empty : $" write {Tag}")}{(IfAbsent ? " if absent" : string.Empty)}{(IfVersion is { } version ? $" if version {version}" : string.Empty)}"
        + (Found is { } found ? $" -> {found}" : string.Empty)
        + (Existed is { } existed ? existed ? " -> existed" : " -> did not exist" : string.Empty)
        + (CurrentVersion is { } current ? $" -> condition failed at version {current}" : string.Empty);
}
