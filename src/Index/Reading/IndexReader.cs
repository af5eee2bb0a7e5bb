using System.Text;
using DocService.Index.Declared;
using DocService.Index.Families;
using DocService.Index.History;
using DocService.Index.Rows;
using DocService.Queries.Keys;
using DocService.Queries.Planning;
using DocService.Storage.Followers;
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
    private readonly IRowSnapshot _snapshot;
    private readonly Action<IndexFailedException> _failed;
    private readonly SharedRows _rows;
    private RowLookup? _documents;

    /// <param name="snapshot">It becomes this reader's.</param>
    /// <param name="moment">Of the store's time, not earlier than the snapshot.</param>
    /// <param name="failed">Told of every failure.</param>
    internal IndexReader(IRowSnapshot snapshot, DateTimeOffset moment, Action<IndexFailedException> failed)
    {
        _snapshot = snapshot;
        Moment = moment;
        _failed = failed;
        _rows = snapshot.Once(() => SharedRows.Read(snapshot));
    }

    internal IRowSnapshot Snapshot => _snapshot;

    private RowLookup Documents => _documents ??= _snapshot.Look(Family.Documents);

    /// <summary>Every commit up to this sequence is seen, and none after it.</summary>
    public long AsOf => _rows.State.Position;

    /// <summary>
    /// Of the store's time. A document that has ended by then is absent in all that this reader answers, and one that
    /// ends later is there to the end of the answer: so the parts of one answer fit each other.
    /// </summary>
    public DateTimeOffset Moment { get; }

    /// <summary>Whose documents these are.</summary>
    public Guid StoreId => _rows.State.StoreId;

    /// <summary>Deletes after this commit have left a row; of earlier ones nothing may be known.</summary>
    public long CompleteFrom => _rows.State.CompleteFrom;

    /// <summary>A declared index; null where the index has not begun it.</summary>
    public DeclaredState? GetDeclared(DeclaredIndex index)
    {
        try
        {
            return _rows.GetDeclared(index, _snapshot);
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    /// <summary>Entries of a declared index. Dispose it before the reader.</summary>
    /// <param name="index">Of this reader.</param>
    /// <param name="range">Of its keys.</param>
    /// <param name="order">In which they come.</param>
    /// <param name="behind">Only those behind it, in that order; null: all.</param>
    public EntryListing ListEntries(DeclaredState index, KeyRange range, EntryOrder order = EntryOrder.Rising, EntryPosition? behind = null) =>
        new(_snapshot, index.Row.Number, range, order, behind, _failed);

    /// <summary>Documents that are absent because their time is over and that are not deleted yet, the longest absent first. Dispose it before the reader.</summary>
    /// <param name="through">Only those whose moment is this one or earlier.</param>
    /// <param name="behind">Only those behind this place of an earlier listing; null: all.</param>
    public EndedListing ListEnded(DateTimeOffset through, byte[]? behind = null) => new(_snapshot, through, behind, _failed);

    /// <summary>A document with its body, which has been compared with its SHA-256; null where there is none, or it is hidden.</summary>
    public StoredDocument? ReadWhole(string id)
    {
        try
        {
            if (!Documents.Find(Encoding.UTF8.GetBytes(id)) || DocumentRow.Read(Documents.Value, out ReadOnlySpan<byte> body) is not { Info: { } info, HasBody: true })
            {
                return null;
            }

            return Sha256Digest.Of(body) == info.Sha256
                ? new StoredDocument(info, body.ToArray())
                : throw new IndexFailedException($"The body of '{id}' is not what its SHA-256 says.");
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    /// <summary>What is known of a document, which may be hidden or deleted; null where nothing is.</summary>
    internal DocumentFacts? ReadFacts(string id) => Guard(() => Documents.Find(Encoding.UTF8.GetBytes(id)) ? DocumentRow.Read(Documents.Value, out _) : null);

    /// <summary>Some documents, hidden ones included, each body compared with its SHA-256.</summary>
    /// <param name="from">Where the part begins; empty: with the first document.</param>
    internal CopyPart ReadPart(ReadOnlyMemory<byte> from) => Guard(() => DocumentParts.Read(_snapshot, from));

    /// <summary>The files that the index stands in.</summary>
    internal IReadOnlyList<CopyFile> ListFiles() => Guard(_snapshot.ListFiles);

    /// <summary>What is known of a document's versions, the newest first. Dispose it before the reader.</summary>
    /// <param name="id">Of the document, which need not be there any more.</param>
    /// <param name="below">Only versions below this one; null: all.</param>
    public HistoryListing ListVersions(string id, long? below = null) => new(_snapshot, id, below, _failed);

    /// <summary>Documents whose histories have to be looked over. Dispose it before the reader.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="behind">Only those behind this place of an earlier listing; null: all.</param>
    /// <param name="through">With <see cref="DueReason.Ended"/>: only where a version has ended at this moment or earlier; null: all.</param>
    public DueListing ListDue(DueReason reason, byte[]? behind = null, DateTimeOffset? through = null) => new(_snapshot, reason, through, behind, _failed);

    /// <summary>Whether the document of that id has ended by the moment. Reads its row.</summary>
    public bool HasEnded(ReadOnlySpan<byte> idUtf8, DateTimeOffset moment)
    {
        try
        {
            return Documents.Find(idUtf8) && DocumentRow.ReadEnd(Documents.Value) <= moment;
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    /// <summary>About how many documents there are to read until the index is built.</summary>
    public long EstimateTotal(DeclaredIndex index, DeclaredState state)
    {
        if (state.IsBuilt || state.Done == 0)
        {
            return state.Done;
        }

        byte[] prefix = Encoding.UTF8.GetBytes(index.Prefix);
        double all = _snapshot.MeasureBytes(Family.Documents, prefix, KeyBytes.Behind(prefix));
        double read = _snapshot.MeasureBytes(Family.Documents, prefix, [.. state.Row.Cursor, 0]);
        return read > 0 && all > read ? (long)(state.Done * (all / read)) : state.Done;
    }

    /// <summary>About how many bytes the entries of a declared index take by now.</summary>
    public long MeasureBytes(DeclaredState index)
    {
        (byte[] from, byte[] to) = EntryKey.Range(index.Row.Number);
        return _snapshot.MeasureBytes(Family.Entries, from, to);
    }

    public void Dispose()
    {
        _documents?.Dispose();
        _snapshot.Dispose();
    }

    /// <summary>What was read is not what was written: the index is made anew.</summary>
    internal void Fail(IndexFailedException failure) => _failed(failure);

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }
}
