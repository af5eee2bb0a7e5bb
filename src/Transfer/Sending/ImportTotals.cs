namespace DocService.Transfer.Sending;

/// <summary>What has become of the documents of an import.</summary>
public sealed record ImportTotals
{
    public long Created { get; init; }

    public long Replaced { get; init; }

    /// <summary>That were there already, and were to be kept.</summary>
    public long Skipped { get; init; }

    /// <summary>By the server: each is named by a fault.</summary>
    public long Refused { get; init; }

    /// <summary>What could not be sent, and damage of the sources: each is named by a fault.</summary>
    public long Faults { get; init; }

    /// <summary>What the sources hold beside documents, and how often.</summary>
    public SortedDictionary<string, long> Passed { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Documents that are in the store, one way or the other.</summary>
    public long Taken => Created + Replaced + Skipped;

    /// <summary>All that the sources hold is in the store.</summary>
    public bool IsWhole => Refused == 0 && Faults == 0;
}
