namespace DocService.Collections;

/// <summary>An index of a collection, for operators.</summary>
public sealed record CollectionIndexStatus
{
    public required string Name { get; init; }

    public required IndexState State { get; init; }

    /// <summary>Documents read while it is built.</summary>
    public required long Done { get; init; }

    /// <summary>Documents there are to read: an estimate.</summary>
    public required long Total { get; init; }

    /// <summary>Whether both are of all documents of the store, whose whole index is being made.</summary>
    public required bool CountsStore { get; init; }

    /// <summary>About how many bytes its entries take.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Why it is violated: some pairs of documents with one value.</summary>
    public required IReadOnlyList<DuplicatePair> Duplicates { get; init; }
}
