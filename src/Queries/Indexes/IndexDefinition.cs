using DocService.Queries.Filters;
using DocService.Queries.Paths;

namespace DocService.Queries.Indexes;

/// <summary>What an index holds of the documents of its collection. Immutable.</summary>
public sealed class IndexDefinition
{
    public required string Name { get; init; }

    /// <summary>At least one; the key is their values in this order.</summary>
    public required IReadOnlyList<IndexField> Fields { get; init; }

    /// <summary>Strings without their case: serves equality, and <c>unique</c>, not ranges of strings nor order.</summary>
    public bool IsFolded { get; init; }

    /// <summary>No two documents may have one key, compared by its digest.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Only these documents have entries; null for all. Only a query that asks the same may use it.</summary>
    public Filter? Where { get; init; }

    /// <summary>Of the fields.</summary>
    internal PathTree Paths => field ??= new PathTree([.. Fields.Select(one => one.Path)]);
}
