using System.Data;
using DocService.Postgres.Connecting;
using DocService.Postgres.Rows;
using Npgsql;
using IndexRow = DocService.Index.Rows.DocumentRow;

namespace DocService.Postgres.Querying;

/// <summary>Some documents that came in one answer, each as the row of an index: so whatever searches an index searches them.</summary>
/// <remarks>
/// Owns: a buffer for all of them. Thread: one at a time; it waits for the server.
/// Invariant: what it holds has been compared with its checksums.
/// </remarks>
internal sealed class RowPage : IDisposable
{
    /// <summary>What the statements of pages choose.</summary>
    public const string Columns = $"id, {DocumentRow.Columns}, body";

    private const int BodyColumn = 1 + DocumentRow.ColumnCount;

    private readonly List<Place> _rows = [];
    private byte[] _buffer = [];
    private int _used;

    public int Count => _rows.Count;

    /// <summary>Of all bodies.</summary>
    public long BodyBytes { get; private set; }

    public ReadOnlySpan<byte> Id(int row) => _buffer.AsSpan(_rows[row].At, _rows[row].IdBytes);

    /// <summary>Facts and body, as docs/index-format.md draws them.</summary>
    public ReadOnlySpan<byte> Row(int row) => _buffer.AsSpan(_rows[row].At + _rows[row].IdBytes, _rows[row].RowBytes);

    /// <summary>What the statement chose beside the columns; 0 where that was nothing.</summary>
    public int Number(int row) => _rows[row].Number;

    /// <summary>Holds what the statement answers, in place of what it held.</summary>
    /// <param name="command">Chooses <see cref="Columns"/>, and perhaps a number.</param>
    /// <exception cref="DocumentCorruptException">A document is not as it was written.</exception>
    /// <exception cref="StoreException">The server does not answer, and the snapshot is lost.</exception>
    public void Load(NpgsqlCommand command)
    {
        Clear();
        try
        {
            using NpgsqlDataReader reader = command.ExecuteReader(CommandBehavior.SequentialAccess);
            while (reader.Read())
            {
                Add(reader);
            }
        }
        catch (NpgsqlException exception)
        {
            throw Trouble.ToFailure(exception);
        }
    }

    public void Clear()
    {
        _rows.Clear();
        _used = 0;
        BodyBytes = 0;
    }

    public void Dispose()
    {
        Clear();
        BodyBuffers.Return(_buffer);
        _buffer = [];
    }

    private void Add(NpgsqlDataReader reader)
    {
        byte[] id = reader.GetFieldValue<byte[]>(0);
        if (!DocumentKey.TryCreateStored(id, out DocumentKey key, out _))
        {
            throw new StorageFaultException("The table docservice.documents has a row whose id is none.");
        }

        DocumentRow row = DocumentRow.Read(reader, 1, key);
        if (row.Info.Length is < 0 or > int.MaxValue - (64 << 10))
        {
            throw DocumentRow.Corrupt(key, "its length cannot be");
        }

        int length = (int)row.Info.Length;
        Reserve(id.Length + IndexRow.FactsBytesMax + length);
        id.CopyTo(_buffer, _used);
        int rowAt = _used + id.Length;
        int facts = IndexRow.Write(row.Info, body: [], hasBody: true, _buffer.AsSpan(rowAt));
        using (Stream body = reader.GetStream(BodyColumn))
        {
            if (body.Length != length)
            {
                throw DocumentRow.Corrupt(key, "its body has another length");
            }

            body.ReadExactly(_buffer, rowAt + facts, length);
        }

        row.Verify(key, _buffer.AsSpan(rowAt + facts, length));
        int number = reader.FieldCount > BodyColumn + 1 ? checked((int)reader.GetInt64(BodyColumn + 1)) : 0;
        _rows.Add(new Place(_used, id.Length, facts + length, number));
        _used = rowAt + facts + length;
        BodyBytes += length;
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _used >= bytes)
        {
            return;
        }

        byte[] larger = BodyBuffers.Rent(Math.Max(checked(_used + bytes), (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
        _buffer.AsSpan(0, _used).CopyTo(larger);
        BodyBuffers.Return(_buffer);
        _buffer = larger;
    }

    private readonly record struct Place(int At, int IdBytes, int RowBytes, int Number);
}
