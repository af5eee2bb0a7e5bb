using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Queries.Planning;

namespace DocService.Index.Planning;

/// <summary>Candidates that the entries of an index lead to.</summary>
/// <remarks>Owns: an iterator over entries, and the row it stands at. Thread: one at a time.</remarks>
internal abstract class CandidatesByEntry(IndexReader reader, IReadOnlyList<KeyRange> ids) : Candidates
{
    private RocksValue _row;

    public override ReadOnlySpan<byte> Id => Entries!.IdUtf8;

    public override ReadOnlySpan<byte> Row => _row.Bytes;

    /// <summary>The range that is read at present; disposed with this.</summary>
    protected EntryListing? Entries { get; set; }

    /// <summary>Whether the query's bounds of ids let the document in.</summary>
    protected bool IsAsked => IsIn(ids, Id);

    public override void Pass(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("Folders are made of ids in their order, not of entries.");

    public override void Dispose()
    {
        _row.Dispose();
        _row = default;
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

    /// <summary>To the document of the entry. It is looked up: the library's filters spare it the files that do not have it.</summary>
    /// <exception cref="IndexFailedException">There is none: the index is made anew.</exception>
    protected void ToRow()
    {
        _row.Dispose();
        _row = default;
        _row = reader.Snapshot.Read(Family.Documents, Id);
        if (!_row.IsFound)
        {
            var failure = new IndexFailedException("An entry of a declared index belongs to a document that is not there.");
            reader.Fail(failure);
            throw failure;
        }
    }
}
