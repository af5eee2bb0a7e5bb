using System.Text;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Reading;

/// <summary>The documents as of one commit. Dispose it: it keeps what was overwritten since.</summary>
/// <remarks>
/// Owns: a snapshot. Thread: any, one at a time; listings are disposed before it.
/// On failure: <see cref="IndexFailedException"/>, and the index is made anew. <see cref="IndexClosedException"/>: it is
/// being made anew, or the service stops.
/// </remarks>
public sealed class IndexReader : IDisposable
{
    private readonly RocksSnapshot _snapshot;
    private readonly Action<IndexFailedException> _failed;
    private readonly IndexState _state;

    /// <param name="snapshot">It becomes this reader's.</param>
    /// <param name="failed">Told of every failure.</param>
    internal IndexReader(RocksSnapshot snapshot, Action<IndexFailedException> failed)
    {
        _snapshot = snapshot;
        _failed = failed;
        using RocksValue row = snapshot.Read(Family.State, IndexState.Key);
        _state = IndexState.TryRead(row.Bytes) ?? throw new IndexFailedException("The index has lost its state.");
    }

    /// <summary>Every commit up to this sequence is seen, and none after it.</summary>
    public long AsOf => _state.Position;

    /// <summary>Deletes after this commit have left a row; of earlier ones nothing may be known.</summary>
    public long CompleteFrom => _state.CompleteFrom;

    /// <summary>What is known of a document, also of a hidden or a deleted one; null when nothing is.</summary>
    public DocumentFacts? GetFacts(DocumentKey key) => Read<DocumentFacts>(key, static (facts, _) => facts);

    /// <summary>The body, verified; null where the document does not exist or is a hidden one.</summary>
    public byte[]? GetBody(DocumentKey key) =>
        Read<byte[]>(key, static (facts, body) => facts.HasBody ? BodyCheck.Verified(facts, body).ToArray() : null);

    /// <summary>The documents of a range. Hidden and deleted ones are left out. Dispose it before the reader.</summary>
    public DocumentListing List(IdRange range)
    {
        (byte[] from, byte[] to) = range.Keys();
        return new DocumentListing(_snapshot.Iterate(Family.Documents, from, to), range.IsReversed, _failed);
    }

    public void Dispose() => _snapshot.Dispose();

    private T? Read<T>(DocumentKey key, RowReader<T> read)
        where T : class
    {
        Span<byte> id = stackalloc byte[DocumentKey.BytesMax];
        id = id[..Encoding.UTF8.GetBytes(key.Id, id)];
        try
        {
            using RocksValue row = _snapshot.Read(Family.Documents, id);
            return row.IsFound ? read(DocumentRow.Read(row.Bytes, out ReadOnlySpan<byte> body), body) : null;
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    private delegate T? RowReader<T>(DocumentFacts facts, ReadOnlySpan<byte> body)
        where T : class;
}
