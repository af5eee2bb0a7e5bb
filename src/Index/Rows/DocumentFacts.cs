using DocService.Storage.Model;

namespace DocService.Index.Rows;

/// <summary>What the index holds of a document beside its body.</summary>
internal sealed record DocumentFacts
{
    /// <summary>Of the commit that wrote or deleted it.</summary>
    public required long Version { get; init; }

    /// <summary>When the delete came to the index; null while the document exists.</summary>
    public DateTimeOffset? Deleted { get; init; }

    /// <summary>What is known of the document; null where it was deleted.</summary>
    public DocumentInfo? Info { get; init; }

    /// <summary>Whether the row holds the body: hidden and deleted documents have none.</summary>
    public bool HasBody { get; init; }
}
