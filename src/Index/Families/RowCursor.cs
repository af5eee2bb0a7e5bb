namespace DocService.Index.Families;

/// <summary>Walks the keys of a family in the order of their bytes, within its bounds, of one snapshot.</summary>
/// <remarks>
/// Owns: what it reads with; dispose it before its snapshot. Thread: one at a time.
/// Invariant: the end of the keys and a failed read are never mistaken for each other.
/// </remarks>
internal abstract class RowCursor : IDisposable
{
    /// <summary>Valid until it moves.</summary>
    /// <exception cref="InvalidOperationException">It stands at none.</exception>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>Valid until it moves.</summary>
    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>To the first key; false where there is none.</summary>
    public abstract bool First();

    /// <summary>To the last key; false where there is none.</summary>
    public abstract bool Last();

    /// <summary>To the first key that is not below this one; false where there is none.</summary>
    public abstract bool Seek(ReadOnlySpan<byte> key);

    /// <summary>One on, from a key; false at the end.</summary>
    public abstract bool Next();

    /// <summary>One back, from a key; false before the first.</summary>
    public abstract bool Previous();

    public abstract void Dispose();
}
