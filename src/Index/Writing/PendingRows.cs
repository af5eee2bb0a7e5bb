using DocService.Index.Rows;
using DocService.Storage.Memory;
using DocService.Storage.Model;

namespace DocService.Index.Writing;

/// <summary>The newest row of each document in a batch that is not written yet. A document that is written often costs one row a batch.</summary>
/// <remarks>Owns: rented copies of the rows, because a commit's bodies go when the next one is read. Thread: one.</remarks>
internal sealed class PendingRows : IDisposable
{
    private readonly Dictionary<DocumentKey, PendingRow> _rows = [];

    /// <summary>Of all rows.</summary>
    public long Bytes { get; private set; }

    public int Count => _rows.Count;

    public IEnumerable<KeyValuePair<DocumentKey, PendingRow>> Rows => _rows;

    public void Put(DocumentKey key, DocumentInfo info, ReadOnlySpan<byte> body)
    {
        if (IsNewer(key, info.Version))
        {
            byte[] row = BodyBuffers.Rent(DocumentRow.FactsBytesMax + body.Length);
            Set(key, new PendingRow(row, DocumentRow.Write(info, body, hasBody: !key.IsHidden, row), info.Version, Deleted: null));
        }
    }

    public void Delete(DocumentKey key, long version, DateTimeOffset deleted)
    {
        if (IsNewer(key, version))
        {
            byte[] row = BodyBuffers.Rent(DocumentRow.FactsBytesMax);
            Set(key, new PendingRow(row, DocumentRow.WriteDeleted(version, deleted, row), version, deleted));
        }
    }

    public void Clear()
    {
        foreach (PendingRow row in _rows.Values)
        {
            BodyBuffers.Return(row.Buffer);
        }

        _rows.Clear();
        Bytes = 0;
    }

    public void Dispose() => Clear();

    private bool IsNewer(DocumentKey key, long version) => !_rows.TryGetValue(key, out PendingRow row) || row.Version < version;

    private void Set(DocumentKey key, PendingRow row)
    {
        if (_rows.TryGetValue(key, out PendingRow old))
        {
            BodyBuffers.Return(old.Buffer);
            Bytes -= old.Length;
        }

        _rows[key] = row;
        Bytes += row.Length;
    }
}
