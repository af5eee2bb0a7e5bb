using System.Text;
using DocService.Index.Families;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Queries.Keys;
using DocService.Storage.Model;

namespace DocService.Index.Declared;

/// <summary>The declared indexes of a database: adopted when they are declared, changed with every document, built over what was there before.</summary>
/// <remarks>
/// Owns: their rows. Thread: the follower's. Invariant: entries change in the batch of the documents that they belong to.
/// On failure: as the database; the index is given up.
/// </remarks>
internal sealed class KeptIndexes
{
    /// <summary>Documents read between two looks at the log.</summary>
    public const int BuiltAtOnceMax = 256;

    /// <summary>Bytes of them.</summary>
    private const long BuiltBytesMax = 4L << 20;

    private readonly RocksDatabase _database;
    private readonly Declarations _declarations;
    private IReadOnlyList<DeclaredIndex>? _adopted;
    private List<KeptIndex> _kept = [];
    private (byte[] Prefix, KeptIndex[] Indexes)[] _byPrefix = [];

    public KeptIndexes(RocksDatabase database, Declarations declarations)
    {
        _database = database;
        _declarations = declarations;
    }

    /// <summary>Something has been declared that the rows do not show yet.</summary>
    public bool MustAdopt => _declarations.Newest is { } newest && newest != _adopted;

    public bool IsBuilding => _kept.Exists(index => !index.Row.IsBuilt);

    /// <summary>New ones begin, and those that are declared no more go with all their entries. Before any change of a document in the same batch.</summary>
    public void Adopt(RocksBatch batch)
    {
        if (!MustAdopt)
        {
            return;
        }

        IReadOnlyList<DeclaredIndex> declared = _declarations.Newest!;
        Dictionary<Sha256Digest, DeclaredRow> rows = ReadRows();
        int number = rows.Values.Select(row => row.Number).DefaultIfEmpty().Max();
        _kept = [];
        foreach (DeclaredIndex index in declared)
        {
            if (!rows.Remove(index.Identity, out DeclaredRow? row))
            {
                row = KeptIndex.NewRow(index, ++number, isBuilt: !HasDocuments(index.Prefix));
                batch.Put(Family.State, DeclaredRow.KeyOf(index.Identity), row.ToRow());
            }

            _kept.Add(new KeptIndex(index, row));
        }

        foreach ((Sha256Digest identity, DeclaredRow row) in rows)
        {
            batch.Delete(Family.State, DeclaredRow.KeyOf(identity));
            (byte[] from, byte[] to) = EntryKey.Range(row.Number);
            batch.DeleteRange(Family.Entries, from, to);
        }

        _adopted = declared;
        _byPrefix = [.. _kept.GroupBy(index => index.Declared.Prefix, StringComparer.Ordinal)
            .Select(group => (Encoding.UTF8.GetBytes(group.Key), group.ToArray()))
            .OrderBy(one => one.Item1, KeyComparer.Instance)];
    }

    /// <summary>A document changes.</summary>
    /// <param name="batch">Gets the changes of entries.</param>
    /// <param name="id">Of the document.</param>
    /// <param name="old">Its row by now; empty where there is none.</param>
    /// <param name="row">Its row to be.</param>
    public void Change(RocksBatch batch, ReadOnlySpan<byte> id, ReadOnlySpan<byte> old, ReadOnlySpan<byte> row)
    {
        KeptIndex[] indexes = IndexesOf(id);
        if (indexes.Length == 0)
        {
            return;
        }

        IndexedDocument before = Read(id, old);
        IndexedDocument next = Read(id, row);
        foreach (KeptIndex index in indexes)
        {
            index.Change(batch, id, before, next);
        }
    }

    /// <summary>What has changed in the rows of the indexes, behind all changes of documents.</summary>
    public void WriteRows(RocksBatch batch) => _kept.ForEach(index => index.WriteRow(batch));

    /// <summary>Reads some documents into those that are built.</summary>
    /// <remarks>
    /// It reads them as they are by now: nothing is written between a document's row and its entries, because the thread is
    /// one, so that what is built is never older than what a commit has changed.
    /// </remarks>
    /// <returns>Whether one has been built to its end.</returns>
    public bool Build(RocksBatch batch, int documentsMax)
    {
        KeptIndex first = _kept.Find(index => !index.Row.IsBuilt)!;
        KeptIndex[] together = [.. _kept.Where(index => !index.Row.IsBuilt
            && index.Declared.Prefix == first.Declared.Prefix && index.Row.Cursor.AsSpan().SequenceEqual(first.Row.Cursor))];
        byte[] prefix = Encoding.UTF8.GetBytes(first.Declared.Prefix);
        byte[] from = first.Row.Cursor.Length > 0 ? [.. first.Row.Cursor, 0] : prefix;
        using RocksSnapshot snapshot = _database.TakeSnapshot();
        using RocksIterator documents = snapshot.Iterate(Family.Documents, from, KeyBytes.Behind(prefix));
        bool isValid = documents.First();
        long bytes = 0;
        for (int count = 0; isValid && count < documentsMax && bytes < BuiltBytesMax; count++)
        {
            bytes += documents.Value.Length;
            IndexedDocument document = Read(documents.Key, documents.Value);
            foreach (KeptIndex index in together)
            {
                index.Build(batch, documents.Key, document);
            }

            isValid = documents.Next();
        }

        if (!isValid)
        {
            Array.ForEach(together, index => index.NoteBuilt());
        }

        WriteRows(batch);
        return !isValid;
    }

    private static IndexedDocument Read(ReadOnlySpan<byte> id, ReadOnlySpan<byte> row) =>
        !row.IsEmpty && IndexedDocument.TryRead(id, row, out IndexedDocument document) ? document : default;

    /// <summary>Prefixes never nest, so the one that is not above the id, and nearest to it, is the only one that it can have.</summary>
    private KeptIndex[] IndexesOf(ReadOnlySpan<byte> id)
    {
        int low = 0;
        for (int high = _byPrefix.Length; low < high;)
        {
            int middle = (low + high) / 2;
            if (id.SequenceCompareTo(_byPrefix[middle].Prefix) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && id.StartsWith(_byPrefix[low - 1].Prefix) ? _byPrefix[low - 1].Indexes : [];
    }

    private bool HasDocuments(string prefix)
    {
        byte[] first = Encoding.UTF8.GetBytes(prefix);
        using RocksSnapshot snapshot = _database.TakeSnapshot();
        using RocksIterator documents = snapshot.Iterate(Family.Documents, first, KeyBytes.Behind(first));
        return documents.First();
    }

    private Dictionary<Sha256Digest, DeclaredRow> ReadRows()
    {
        var rows = new Dictionary<Sha256Digest, DeclaredRow>();
        using RocksSnapshot snapshot = _database.TakeSnapshot();
        using RocksIterator found = snapshot.Iterate(Family.State, DeclaredRow.Beginning, KeyBytes.Behind(DeclaredRow.Beginning));
        for (bool isValid = found.First(); isValid; isValid = found.Next())
        {
            rows.Add(DeclaredRow.IdentityOf(found.Key), DeclaredRow.Read(found.Value));
        }

        return rows;
    }
}
