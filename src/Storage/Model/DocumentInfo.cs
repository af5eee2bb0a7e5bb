namespace DocService.Storage.Model;

/// <summary>What is known of one version of a document without its body.</summary>
public sealed record DocumentInfo
{
    /// <summary>Sequence of the commit that wrote it: positive, below 10^15, never reused for any document.</summary>
    public required long Version { get; init; }

    /// <summary>Media type as the client sent it.</summary>
    public required string ContentType { get; init; }

    /// <summary>When the document came into being; kept across overwrites, new after a delete. UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When this version was committed. UTC; never earlier than that of the version before.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Body length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the body.</summary>
    public required Sha256Digest Sha256 { get; init; }
}
