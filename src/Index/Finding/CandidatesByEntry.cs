using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Queries.Planning;

namespace DocService.Index.Finding;

/// <summary>Candidates that the entries of an index lead to.</summary>
/// <remarks>Owns: iterators. Thread: one at a time.</remarks>
internal abstract class CandidatesByEntry(IndexReader reader, IReadOnlyList<KeyRange> ids) : Candidates
{
    public override ReadOnlySpan<byte> Id => Rows.Key;

    public override ReadOnlySpan<byte> Row => Rows.Value;

    /// <summary>The range that is read at present; disposed with this.</summary>
    protected EntryListing? Entries { get; set; }

    protected RocksIterator Rows { get; } = reader.Snapshot.Iterate(Family.Documents, [], []);

    /// <summary>Whether the query's bounds of ids let the document in.</summary>
    protected bool IsAsked => IsIn(ids, Rows.Key);

    public override void Pass(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("Folders are made of ids in their order, not of entries.");

    public override void Dispose()
    {
        Entries?.Dispose();
        Rows.Dispose();
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
        if (!Rows.Seek(Entries!.IdUtf8) || !Rows.Key.SequenceEqual(Entries.IdUtf8))
        {
            var failure = new IndexFailedException("An entry of a declared index belongs to a document that is not there.");
            reader.Fail(failure);
            throw failure;
        }
    }
}
