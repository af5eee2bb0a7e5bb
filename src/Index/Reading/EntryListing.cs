using System.Text;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Queries.Planning;

namespace DocService.Index.Reading;

/// <summary>Walks the entries of a range of keys: keys rising or falling, and of each key the ids rising. A document may come several times.</summary>
/// <remarks>Owns: an iterator. Thread: one at a time. On failure: as its reader.</remarks>
public sealed class EntryListing : IDisposable
{
    private readonly RocksIterator _entries;
    private readonly KeyRange _range;
    private readonly int _number;
    private readonly bool _isReversed;
    private readonly Action<IndexFailedException> _failed;
    private byte[] _key = [];
    private bool _hasBegun;

    internal EntryListing(RocksSnapshot snapshot, int number, KeyRange range, bool isReversed, Action<IndexFailedException> failed)
    {
        _range = range;
        _number = number;
        _isReversed = isReversed;
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
            return _isReversed ? MoveBack() : MoveOn();
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
    private static byte[] End(int number, KeyRange range)
    {
        bool isPoint = range.To.Length == range.From.Length + 1 && range.To[^1] == 0 && range.To.AsSpan().StartsWith(range.From);
        return range.To.Length == 0 ? EntryKey.Range(number).To
            : isPoint ? Queries.Keys.KeyBytes.Behind(EntryKey.Beginning(number, range.From))
            : EntryKey.Beginning(number, range.To);
    }

    private bool MoveOn()
    {
        bool isValid = _hasBegun ? _entries.Next() : _entries.First();
        _hasBegun = true;
        while (isValid && !_range.Contains(Key))
        {
            isValid = _entries.Next();
        }

        return isValid;
    }

    private bool MoveBack()
    {
        if (_hasBegun && _entries.Next() && Key.SequenceEqual(_key))
        {
            return true;
        }

        bool isValid = _hasBegun ? _entries.Seek(EntryKey.Beginning(_number, _key)) && _entries.Previous() : _entries.Last();
        _hasBegun = true;
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
