using DocService.Queries.Indexes;
using DocService.Queries.Paths;
using DocService.Storage.Model;

namespace DocService.Index.Declared;

/// <summary>An index that somebody declared for the documents whose ids begin alike. Immutable.</summary>
public sealed class DeclaredIndex
{
    /// <summary>The documents: of two declared indexes the prefixes are the same, or neither begins with the other.</summary>
    public required string Prefix { get; init; }

    /// <summary>Tells it from every other: changes with anything that changes its entries. One with a known identity goes on as it is.</summary>
    public required Sha256Digest Identity { get; init; }

    /// <summary>What its entries hold; null for a text index.</summary>
    public IndexDefinition? Keys { get; init; }

    /// <summary>Of a text index: the paths that lead to its words; else null.</summary>
    public IReadOnlyList<DocumentPath>? Text { get; init; }
}
