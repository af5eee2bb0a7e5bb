using DocService.Storage.Model;

namespace DocService.Index.Rows;

/// <summary>What stands before the body in the row of a document that exists.</summary>
internal readonly record struct DocumentHead
{
    public required long Version { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Modified { get; init; }

    /// <summary>From then on the document is absent; null: it has no end.</summary>
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>Of the body, also where the row has none.</summary>
    public required long Length { get; init; }

    public required Sha256Digest Sha256 { get; init; }

    public required string ContentType { get; init; }

    /// <summary>Whether the row holds the body: that of a hidden document does not.</summary>
    public required bool HasBody { get; init; }

    /// <summary>Where the body begins.</summary>
    public required int BodyAt { get; init; }

    /// <summary>Whether the document is absent at that moment of the store's time. Whoever reads a row as a document asks this first.</summary>
    public bool HasEnded(DateTimeOffset moment) => Expires <= moment;

    /// <summary>As the language of queries sees the document.</summary>
    public Queries.Paths.DocumentFacts ToFacts(ReadOnlyMemory<byte> id) => new()
    {
        Id = id,
        Version = Version,
        Created = Created,
        Modified = Modified,
        Length = Length,
        Type = ContentType,
    };
}
