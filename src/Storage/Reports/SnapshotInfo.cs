namespace DocService.Storage.Reports;

/// <summary>A snapshot, as its manifest has it.</summary>
public sealed record SnapshotInfo
{
    /// <summary>Also that of its directory.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the directory.</summary>
    public required string Path { get; init; }

    /// <summary>When it was complete; UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The store that it was taken of. Its own start gets another id.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>It holds every commit up to here, and none behind.</summary>
    public required long Sequence { get; init; }

    /// <summary>Up to here the documents' files say it; the rest is in the snapshot's own journal.</summary>
    public required long FiledThrough { get; init; }

    /// <summary>Files of documents, hidden ones included.</summary>
    public required long Documents { get; init; }

    /// <summary>Files of kept versions.</summary>
    public required long Versions { get; init; }

    /// <summary>Length of all these files together; most of them are shared with the store.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the names of all these files, each with its directory and a newline, in order.</summary>
    public required Sha256Digest Names { get; init; }
}
