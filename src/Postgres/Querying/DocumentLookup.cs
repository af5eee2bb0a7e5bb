using DocService.Index.Families;
using Npgsql;
using NpgsqlTypes;

namespace DocService.Postgres.Querying;

/// <summary>Single documents; those that are expected come many in one answer.</summary>
/// <remarks>Owns: a page of rows. Thread: one at a time; it waits for the server. On failure: as <see cref="DocumentCursor"/>.</remarks>
internal sealed class DocumentLookup(NpgsqlConnection connection) : RowLookup
{
    private const int KeysMax = 256;

    private readonly RowPage _page = new();
    private IReadOnlyList<byte[]> _expected = [];
    private int _first; // of the expected keys that the page answers
    private int _behind; // the last of them
    private int _next; // where the next key is looked for
    private int _at = -1;

    public override ReadOnlySpan<byte> Value => _at < 0 ? [] : _page.Row(_at);

    public override void Expect(IReadOnlyList<byte[]> keys)
    {
        _expected = keys;
        _first = _behind = _next = 0;
        _at = -1;
    }

    public override bool Find(ReadOnlySpan<byte> key)
    {
        int place = PlaceOf(key);
        if (place < 0)
        {
            Expect([key.ToArray()]); // nobody said so: one alone
            place = 0;
        }

        if (place < _first || place >= _behind)
        {
            Load(place);
        }

        _next = place + 1;
        _at = RowOf(place);
        return _at >= 0;
    }

    public override void Dispose() => _page.Dispose();

    private int PlaceOf(ReadOnlySpan<byte> key)
    {
        for (int place = _next; place < _expected.Count; place++)
        {
            if (key.SequenceEqual(_expected[place]))
            {
                return place;
            }
        }

        return -1;
    }

    private int RowOf(int place)
    {
        for (int row = Math.Max(0, _at); row < _page.Count; row++)
        {
            if (_page.Number(row) - 1 + _first == place)
            {
                return row;
            }
        }

        return -1;
    }

    private void Load(int place)
    {
        byte[][] keys = [.. _expected.Skip(place).Take(KeysMax)];
        using var command = new NpgsqlCommand(
            $"""
            SELECT {RowPage.Columns}, number FROM (
                SELECT {RowPage.Columns}, number, sum(length) OVER (ORDER BY number ROWS UNBOUNDED PRECEDING) - length AS before
                FROM unnest($1) WITH ORDINALITY AS wanted (key, number) JOIN docservice.documents ON id = key) page
            WHERE before < $2 ORDER BY number
            """,
            connection)
        {
            Parameters =
            {
                new NpgsqlParameter { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new NpgsqlParameter<long> { TypedValue = DocumentCursor.PageBytes },
            },
        };
        _at = -1;
        _page.Load(command);
        _first = place;
        _behind = place + (_page.BodyBytes < DocumentCursor.PageBytes ? keys.Length : _page.Number(_page.Count - 1));
    }
}
