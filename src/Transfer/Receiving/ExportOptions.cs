namespace DocService.Transfer.Receiving;

/// <summary>What is to be exported, and whereto.</summary>
public sealed record ExportOptions
{
    /// <summary>A file, packed where its name ends with <c>.zst</c>; null: the standard output.</summary>
    public string? Path { get; init; }

    /// <summary>What ids begin with; null: all.</summary>
    public string? Prefix { get; init; }

    /// <summary>A filter, as a query has it; null: none.</summary>
    public string? Filter { get; init; }

    /// <summary>API key; null: none is sent.</summary>
    public string? Key { get; init; }
}
