using DocService.Index.Finding;
using DocService.Index.Planning;

namespace DocService.Index.Answering;

/// <summary>How much of a query's result is wanted.</summary>
public sealed record SearchRequest
{
    /// <summary>Entries at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Only what stands behind; null: from the beginning.</summary>
    public SearchPosition? Behind { get; init; }

    /// <summary>Bodies are served, so they are verified.</summary>
    public bool VerifiesBodies { get; init; } = true;

    /// <summary>Memory for ids and sort keys; what does not fit is looked for again. Default 64 MiB.</summary>
    public long SortBytesMax { get; init; } = 64L << 20;
}
