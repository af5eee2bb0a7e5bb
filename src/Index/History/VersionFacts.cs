using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>What the index knows of one version in a document's history: a put, or a delete.</summary>
public readonly record struct VersionFacts
{
    /// <summary>Sequence of the commit that made it.</summary>
    public required long Version { get; init; }

    /// <summary>It removed the document: there are no bytes of it.</summary>
    public bool IsDelete { get; init; }

    /// <summary>When; of a delete: when the index read it. UTC.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>So many versions the collection kept when it was written; 0: none, so this one has no file in the history either.</summary>
    public ushort Keep { get; init; }

    /// <summary>From then on it is absent; null: it has no end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Of the body; 0 for a delete.</summary>
    public long Length { get; init; }

    /// <summary>Of the body; the default for a delete.</summary>
    public Sha256Digest Sha256 { get; init; }

    /// <summary>It has a file of its own.</summary>
    public bool HasFile => Keep > 0;

    /// <summary>Whether it is absent at that moment of the store's time.</summary>
    public bool HasEnded(DateTimeOffset moment) => Expires <= moment;
}
