namespace DocService.Index.Families;

/// <summary>Finds rows of a family by their keys, one after another, in one snapshot.</summary>
/// <remarks>Owns: the row that it found last; dispose it before its snapshot. Thread: one at a time.</remarks>
internal abstract class RowLookup : IDisposable
{
    /// <summary>Of the key that was found last; valid until the next call, empty where there is none.</summary>
    public abstract ReadOnlySpan<byte> Value { get; }

    /// <summary>These keys are looked up next, about in this order: where each call would be a round trip, many of them are read in one.</summary>
    public virtual void Expect(IReadOnlyList<byte[]> keys)
    {
    }

    /// <summary>False: there is no such row.</summary>
    public abstract bool Find(ReadOnlySpan<byte> key);

    public abstract void Dispose();
}
