namespace DocService.Proof.Ledgers;

/// <summary>One request as its client saw it.</summary>
internal sealed record Call
{
    /// <summary>From <see cref="Ledger.NewCall"/>.</summary>
    public required long Number { get; init; }

    public required long Began { get; init; }

    /// <summary>When the answer had come, or when it was clear that none comes.</summary>
    public required long Ended { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>One for each document; several are a batch.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>Of the commit, where the answer tells; null too where nothing was written.</summary>
    public long? Sequence { get; init; }
}
