using DocService.Index.Families;
using Npgsql;

namespace DocService.Postgres.Querying;

/// <summary>Walks documents in the order of their ids, up or down, a page of rows at a time.</summary>
/// <remarks>Owns: the page. Thread: one at a time; it waits for the server. On failure: <see cref="StoreException"/>, and the snapshot is lost.</remarks>
internal sealed class DocumentCursor : RowCursor
{
    /// <summary>A page ends when its bodies have so many bytes, so that it is small whatever it holds; one document it always has.</summary>
    public const int PageBytes = 1 << 20;

    private const int FirstRows = 128; // a page of 100 documents, and whether there is another
    private const int SoughtRows = 16; // of a folder one is enough
    private const int RowsMax = 512;

    private readonly NpgsqlConnection _connection;
    private readonly byte[] _from;
    private readonly byte[] _to; // empty: there is no end
    private readonly RowPage _page = new();
    private int _at = -1;
    private int _rows = FirstRows; // of the next page
    private bool _isFalling; // the page
    private bool _isLast; // nothing stands behind the page

    public DocumentCursor(NpgsqlConnection connection, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        _connection = connection;
        _from = from.ToArray();
        _to = to.ToArray();
    }

    public override ReadOnlySpan<byte> Key => _page.Id(Standing());

    public override ReadOnlySpan<byte> Value => _page.Row(Standing());

    public override bool First() => Load(isFalling: false, _from, _to);

    public override bool Last() => Load(isFalling: true, _from, _to);

    public override bool Seek(ReadOnlySpan<byte> key)
    {
        _rows = SoughtRows;
        return Load(isFalling: false, key.SequenceCompareTo(_from) > 0 ? key.ToArray() : _from, _to);
    }

    public override bool Next() => Move(isFalling: false);

    public override bool Previous() => Move(isFalling: true);

    public override void Dispose() => _page.Dispose();

    private int Standing() => _at >= 0 ? _at : throw new InvalidOperationException("The cursor stands at no key.");

    private bool Move(bool isFalling)
    {
        int at = Standing();
        if (isFalling == _isFalling && at + 1 < _page.Count)
        {
            _at = at + 1;
            return true;
        }

        if (isFalling == _isFalling && _isLast)
        {
            _at = -1;
            return false;
        }

        byte[] key = _page.Id(at).ToArray();
        return isFalling ? Load(isFalling: true, _from, key) : Load(isFalling: false, [.. key, 0], _to);
    }

    /// <summary>To the first in the direction, from one id up to another.</summary>
    private bool Load(bool isFalling, byte[] from, byte[] to)
    {
        string end = to.Length > 0 ? "AND id < $4" : string.Empty;
        string order = isFalling ? "DESC" : "ASC";
        using var command = new NpgsqlCommand(
            $"""
            SELECT {RowPage.Columns} FROM (
                SELECT {RowPage.Columns}, sum(length) OVER (ORDER BY id {order} ROWS UNBOUNDED PRECEDING) - length AS before
                FROM docservice.documents WHERE id >= $1 {end} ORDER BY id {order} LIMIT $2) page
            WHERE before < $3 ORDER BY id {order}
            """,
            _connection)
        {
            Parameters =
            {
                new NpgsqlParameter<byte[]> { TypedValue = from },
                new NpgsqlParameter<long> { TypedValue = _rows },
                new NpgsqlParameter<long> { TypedValue = PageBytes },
            },
        };
        if (to.Length > 0)
        {
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = to });
        }

        _at = -1;
        _page.Load(command);
        _isFalling = isFalling;
        _isLast = _page.Count < _rows && _page.BodyBytes < PageBytes;
        _rows = Math.Min(RowsMax, _rows * 4);
        _at = _page.Count > 0 ? 0 : -1;
        return _at == 0;
    }
}
