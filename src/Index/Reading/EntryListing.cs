using System.Text;
using DocService.Index.Families;
using DocService.Index.Rows;
using DocService.Queries.Planning;

namespace DocService.Index.Reading;

/// <summary>Walks the entries of a range of keys. A document may come several times.</summary>
/// <remarks>Owns: an iterator. Thread: one at a time. On failure: as its reader.</remarks>
public sealed class EntryListing : IDisposable
{
    private readonly RowCursor _entries;
    private readonly KeyRange _range;
    private readonly int _number;
    private readonly EntryOrder _order;
    private readonly EntryPosition? _behind;
    private readonly Action<IndexFailedException> _failed;
    private byte[] _key = [];
    private bool _hasBegun;

    internal EntryListing(IRowSnapshot snapshot, int number, KeyRange range, EntryOrder order, EntryPosition? behind, Action<IndexFailedException> failed)
    {
        _range = range;
        _number = number;
        _order = order;
        _behind = behind;
        _failed = failed;
        _entries = snapshot.Iterate(Family.Entries, EntryKey.Beginning(number, range.From), End(number, range));
    }

    /// <summary>Of the entry.</summary>
    public ReadOnlySpan<byte> Key => EntryKey.Read(_entries.Key, out _);

    /// <summary>Of the document, in UTF-8.</summary>
    public ReadOnlySpan<byte> IdUtf8
    {
        get
        {
            EntryKey.Read(_entries.Key, out ReadOnlySpan<byte> id);
            return id;
        }
    }

    /// <summary>Of the document.</summary>
    public string Id => Encoding.UTF8.GetString(IdUtf8);

    /// <summary>In a unique index SHA-256 of the whole key, where the document takes part by it; else empty.</summary>
    public ReadOnlySpan<byte> Digest => _entries.Value;

    /// <summary>In a text index how often the document has the word.</summary>
    public WordCount Count => WordCount.Read(_entries.Value);

    /// <summary>To the next entry; false at the end.</summary>
    /// <exception cref="IndexFailedException">It cannot be read; the index is made anew.</exception>
    public bool MoveNext()
    {
        try
        {
            return _order switch
            {
                EntryOrder.Rising => MoveOn(),
                EntryOrder.Falling => MoveBack(),
                _ => MoveOnInKeyOrBack(),
            };
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    public void Dispose() => _entries.Dispose();

    /// <summary>
    /// Where the library stops. Behind a single key stands nothing but the same key with a byte 0, and an id never begins
    /// with that: there all entries count that begin with the key, and those of longer keys are left out by the look at
    /// each. Of other ranges no key is a beginning of the end.
    /// </summary>
    private static byte[] End(int number, KeyRange range) =>
        range.To.Length == 0 ? EntryKey.Range(number).To
        : range.IsPoint ? Queries.Keys.KeyBytes.Behind(EntryKey.Beginning(number, range.From))
        : EntryKey.Beginning(number, range.To);

    private bool MoveOn()
    {
        bool isValid = _hasBegun ? _entries.Next() : _behind is null ? _entries.First() : ToFirstBehind();
        _hasBegun = true;
        while (isValid && !_range.Contains(Key))
        {
            isValid = _entries.Next();
        }

        return isValid;
    }

    private bool MoveBack()
    {
        bool isValid = _hasBegun ? _entries.Previous() : _behind is null ? _entries.Last() : ToLastBefore(EntryKey.Write(_number, _behind.Key, _behind.Id));
        _hasBegun = true;
        while (isValid && !_range.Contains(Key))
        {
            isValid = _entries.Previous();
        }

        return isValid;
    }

    private bool MoveOnInKeyOrBack()
    {
        bool isValid;
        if (_hasBegun)
        {
            isValid = _entries.Next();
        }
        else
        {
            _hasBegun = true;
            if (_behind is null)
            {
                return ToFirstOfKey(_entries.Last());
            }

            _key = _behind.Key;
            isValid = ToFirstBehind();
        }

        return (isValid && Key.SequenceEqual(_key) && _range.Contains(_key)) || ToFirstOfKey(ToLastBefore(EntryKey.Beginning(_number, _key)));
    }

    private bool ToFirstBehind()
    {
        byte[] entry = EntryKey.Write(_number, _behind!.Key, _behind.Id);
        return _entries.Seek(entry) && (!_entries.Key.SequenceEqual(entry) || _entries.Next());
    }

    private bool ToLastBefore(byte[] entry) => _entries.Seek(entry) ? _entries.Previous() : _entries.Last();

    /// <summary>From an entry, or those before it that are in the range, to the first of the same key.</summary>
    private bool ToFirstOfKey(bool isValid)
    {
        while (isValid && !_range.Contains(Key))
        {
            isValid = _entries.Previous();
        }

        if (!isValid)
        {
            return false;
        }

        _key = Key.ToArray();
        return _entries.Seek(EntryKey.Beginning(_number, _key));
    }
}
