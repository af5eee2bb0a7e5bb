using DocService.Index.Declared;
using DocService.Schemas;

namespace DocService.Collections.Definitions;

/// <summary>Rules for all documents whose ids begin alike. Immutable.</summary>
#pragma warning disable CA1711 // The term of the field, and of the paths.
public sealed class Collection
#pragma warning restore CA1711
{
    public required string Name { get; init; }

    /// <summary>Ends with a slash and never changes. Prefixes of two collections never nest.</summary>
    public required string Prefix { get; init; }

    public required IReadOnlyList<CollectionIndex> Indexes { get; init; }

    /// <summary>That documents are as it says; null: they are as they like.</summary>
    public DocumentSchema? Schema { get; init; }

    /// <summary>When they end; null: never.</summary>
    public TimeToLive? TimeToLive { get; init; }

    /// <summary>So many versions of each document are kept, the present one among them; 0: no history.</summary>
    public int History { get; init; }

    /// <summary>Each document says itself when it ends.</summary>
    internal bool SaysEnds => TimeToLive is { Field: not null };

    /// <summary>Which of its rules cannot be kept without an index; null: none.</summary>
    internal string? NeedsIndex => Indexes.Count > 0 ? "indexes" : TimeToLive is not null ? "a time to live" : History > 0 ? "a history" : null;

    /// <summary>What the index of the store keeps for them.</summary>
    public IReadOnlyList<DeclaredIndex> Declared => field ??= [.. Indexes.Select(index => index.Declared)];

    /// <summary>Those that two documents may not share a value in.</summary>
    public IReadOnlyList<CollectionIndex> Unique => field ??= [.. Indexes.Where(index => index.IsUnique)];

    /// <summary>The definition cannot be read: what it says of its documents is not known.</summary>
    public bool IsUnreadable { get; init; }
}
