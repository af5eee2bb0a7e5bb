using DocService.Index.Declared;
using DocService.Queries.Indexes;

namespace DocService.Collections.Definitions;

/// <summary>An index of a collection. Immutable.</summary>
/// <param name="Name">Within its collection.</param>
/// <param name="Declared">What the index of the store keeps for it.</param>
public sealed record CollectionIndex(string Name, DeclaredIndex Declared)
{
    public bool IsText => Declared.Text is not null;

    public bool IsUnique => Declared.Keys is { IsUnique: true };

    /// <summary>Null for a text index.</summary>
    public IndexDefinition? Keys => Declared.Keys;
}
