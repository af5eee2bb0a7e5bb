using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Queries.Aggregation;
using DocService.Queries.Selection;
using DocService.Queries.Words;

namespace DocService.Api.Queries;

/// <summary>What a client asks for, from whichever form it came. Immutable.</summary>
internal sealed record QueryForm
{
    public const int LimitDefault = 100;
    public const int LimitMax = 1000;

    /// <summary>Every name that a query has, but for <c>aggregate</c>, which only a body has.</summary>
    public static readonly string[] Names =
        ["prefix", "collection", "search", "index", "after", "to", "reverse", "delimiter", "filter", "sort", "select", "include", "limit", "cursor", "count", "explain", "consistency"];

    public required DocumentQuery Query { get; init; }

    /// <summary>Null where the client does not say.</summary>
    public int? Limit { get; init; }

    public IncludedPart Include { get; init; }

    /// <summary>Null: all members.</summary>
    public SelectedPaths? Select { get; init; }

    /// <summary>Null: from the beginning.</summary>
    public string? Cursor { get; init; }

    public bool IsCounted { get; init; }

    public bool IsExplained { get; init; }

    /// <summary>What is indexed by now is enough.</summary>
    public bool IsEventual { get; init; }

    /// <summary>Null: documents are asked for.</summary>
    public AggregateSpec? Aggregate { get; init; }

    /// <summary>Whose documents are asked for; null: those of the prefix.</summary>
    public string? Collection { get; init; }

    /// <summary>It came as a body.</summary>
    public bool IsInBody { get; init; }

    /// <summary>Words that must occur; null: none.</summary>
    public TextQuery? Search { get; init; }

    /// <summary>The text index that is searched; null where the collection has but one.</summary>
    public string? TextIndex { get; init; }

    /// <summary>The parts that this was made of.</summary>
    public required SaidParts Said { get; init; }

    /// <summary>What a search has to find of it.</summary>
    /// <param name="limit">Entries at most; null for all.</param>
    /// <param name="behind">Where the page before ended.</param>
    public SearchRequest ToRequest(int? limit, SearchPosition? behind) =>
        new() { Limit = limit, Behind = behind, VerifiesBodies = Include is IncludedPart.Body or IncludedPart.Raw };
}
