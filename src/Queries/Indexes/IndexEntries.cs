namespace DocService.Queries.Indexes;

/// <summary>What one document has in one index.</summary>
public sealed class IndexEntries
{
    /// <summary>Each once; the single <see cref="Keys.KeyBytes.Overflow"/> where there are too many; none outside a partial index.</summary>
    public required IReadOnlyList<byte[]> Keys { get; init; }

    /// <summary>The keys by which the document takes part in a unique index; else empty.</summary>
    public required IReadOnlyList<UniqueKey> Unique { get; init; }

    /// <summary>More than <see cref="IndexKeys.KeysMax"/> keys: a candidate of every query, and refused by a unique index.</summary>
    public required bool IsOverflow { get; init; }

    public required bool HasCutKeys { get; init; }

    /// <summary>Of each field, whether its path met an array.</summary>
    public required IReadOnlyList<bool> MetArray { get; init; }
}
