using DocService.Index.Reading;

namespace DocService.Index.Feeding;

/// <summary>How far a reader of the feed has come. It is always the end of a commit.</summary>
/// <param name="StoreId">Whose changes it has read; empty at the beginning.</param>
/// <param name="Sequence">It has every change up to this commit; 0: none.</param>
/// <param name="Begun">
/// The commit as of which it began with nothing, while it has not come so far; else 0. Up to there it needs no deletes: what
/// was deleted by then it was never told of. So the index may have forgotten them.
/// </param>
public readonly record struct FeedPosition(Guid StoreId, long Sequence, long Begun)
{
    /// <summary>Nothing has been read.</summary>
    public static FeedPosition Beginning => default;

    /// <summary>Why the reader must begin anew; null where it can go on in this snapshot.</summary>
    public string? FindReset(IndexReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (this == Beginning)
        {
            return null;
        }

        long known = Math.Max(Sequence, Begun);
        return StoreId != reader.StoreId ? "The position is one of another store, or of this one before it was salvaged or restored."
            : known > reader.AsOf ? "The position is beyond the newest change of this store."
            : known < reader.CompleteFrom ? "The position is older than the deletes that are still known (TombstoneRetention, or the index was made anew since)."
            : null;
    }

    /// <summary>The same reader, who now has every change up to this commit.</summary>
    internal FeedPosition At(long sequence) => this with { Sequence = sequence, Begun = sequence < Begun ? Begun : 0 };

    /// <summary>A beginning gets its store, and the commit as of which it begins.</summary>
    public FeedPosition In(IndexReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return this == Beginning ? new FeedPosition(reader.StoreId, 0, reader.AsOf) : this;
    }
}
