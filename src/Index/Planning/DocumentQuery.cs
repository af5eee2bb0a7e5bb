using DocService.Index.Declared;
using DocService.Queries.Filters;
using DocService.Queries.Ordering;

namespace DocService.Index.Planning;

/// <summary>Which documents are asked for, and in which order. Immutable.</summary>
public sealed record DocumentQuery
{
    /// <summary>Their ids begin so; empty for any.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Only ids behind this one, in the direction of the order; empty: from the first on.</summary>
    public string After { get; init; } = string.Empty;

    /// <summary>Up to and with this one; empty: to the last.</summary>
    public string To { get; init; } = string.Empty;

    /// <summary>From the last id to the first; only without <see cref="Sort"/>.</summary>
    public bool IsReversed { get; init; }

    /// <summary>Ids that go on behind the prefix and this text are folded into one entry each; empty: none are. Only without <see cref="Sort"/>.</summary>
    public string Delimiter { get; init; } = string.Empty;

    /// <summary>Those of the collection that all ids of the prefix belong to; they may be used where they are built.</summary>
    public IReadOnlyList<DeclaredIndex> Indexes { get; init; } = [];

    /// <summary>Only documents that have these words; null: any. Without a sort they come by rank.</summary>
    public TextSearch? Text { get; init; }

    /// <summary>The best first; nothing can stand behind a page, because ranks move when others write.</summary>
    public bool IsRanked => Text is not null && Sort is null;

    public Filter Filter { get; init; } = Filter.Everything;

    /// <summary>Null: by id.</summary>
    public SortOrder? Sort { get; init; }
}
