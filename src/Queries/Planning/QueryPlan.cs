using DocService.Queries.Indexes;

namespace DocService.Queries.Planning;

/// <summary>
/// Where to look for a query's documents. The candidates contain every match, and each is matched again; one document may
/// come several times where its entries do.
/// </summary>
public sealed record QueryPlan
{
    /// <summary>Null: the documents themselves are read, by id.</summary>
    public IndexDefinition? Index { get; init; }

    /// <summary>Of the index, rising and without overlaps; none without one.</summary>
    public required IReadOnlyList<KeyRange> Keys { get; init; }

    /// <summary>The ids that can match, rising and without overlaps; with an index too.</summary>
    public required IReadOnlyList<KeyRange> Ids { get; init; }

    /// <summary>Each of <see cref="Ids"/> is one document: read by id, whatever indexes there are.</summary>
    public required bool AreIdsPoints { get; init; }

    public required CandidateOrder Order { get; init; }

    /// <summary>The keys of the fields that are bound by equality, joined: every key begins so.</summary>
    public byte[] Equal { get; init; } = [];

    /// <summary>How many of the index's fields are bound by equality.</summary>
    public int EqualFields { get; init; }

    /// <summary>The field behind them is bound by a range or by several values.</summary>
    public bool HasRange { get; init; }

    /// <summary>Read from an index or by ids: less than all documents of the scope.</summary>
    public bool IsNarrowed => AreIdsPoints || EqualFields > 0 || HasRange;
}
