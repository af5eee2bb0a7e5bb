namespace DocService.Index.Planning;

/// <summary>
/// The documents among which a query's matches are, one after another, each once: the seam between a plan and whatever
/// finds its documents. They come in the query's order where the plan says so.
/// </summary>
/// <remarks>Owns: what it reads with. Thread: one at a time. On failure: as the snapshot.</remarks>
internal abstract class Candidates : IDisposable
{
    /// <summary>In UTF-8; valid until it moves.</summary>
    public abstract ReadOnlySpan<byte> Id { get; }

    /// <summary>Of the document, which exists; valid until it moves.</summary>
    public abstract ReadOnlySpan<byte> Row { get; }

    /// <summary>To the next row that is looked at; false at the end. One call is little work, however many rows are no documents.</summary>
    public abstract bool MoveNext();

    /// <summary>Whether it stands at a document; false at a row of a deleted or hidden one, which has to be passed. Whether the document has ended is not asked here.</summary>
    public abstract bool IsDocument { get; }

    /// <summary>How well the document fits a search for words, where it stands at one; 0 without such a search.</summary>
    public virtual double Score => 0;

    /// <summary>Passes all ids that begin so; only where they come by id.</summary>
    public abstract void Pass(ReadOnlySpan<byte> beginning);

    public abstract void Dispose();
}
