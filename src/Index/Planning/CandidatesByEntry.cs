using DocService.Index.Families;
using DocService.Index.Reading;
using DocService.Queries.Planning;

namespace DocService.Index.Planning;

/// <summary>Candidates that the entries of an index lead to.</summary>
/// <remarks>Owns: a cursor over entries, and the row it stands at. Thread: one at a time.</remarks>
internal abstract class CandidatesByEntry(IndexReader reader, IReadOnlyList<KeyRange> ids) : Candidates
{
    private readonly RowLookup _rows = reader.Snapshot.Look(Family.Documents);

    public override ReadOnlySpan<byte> Id => Entries!.IdUtf8;

    public override ReadOnlySpan<byte> Row => _rows.Value;

    /// <summary>The range that is read at present; disposed with this.</summary>
    protected EntryListing? Entries { get; set; }

    /// <summary>Whether the query's bounds of ids let the document in.</summary>
    protected bool IsAsked => IsIn(ids, Id);

    public override void Pass(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("Folders are made of ids in their order, not of entries.");

    public override void Dispose()
    {
        _rows.Dispose();
        Entries?.Dispose();
    }

    protected static bool IsIn(IReadOnlyList<KeyRange> ranges, ReadOnlySpan<byte> key)
    {
        foreach (KeyRange range in ranges)
        {
            if (range.Contains(key))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>To the document of the entry.</summary>
    /// <exception cref="IndexFailedException">There is none: the index is made anew.</exception>
    protected void ToRow()
    {
        if (!_rows.Find(Id))
        {
            var failure = new IndexFailedException("An entry of a declared index belongs to a document that is not there.");
            reader.Fail(failure);
            throw failure;
        }
    }
}
