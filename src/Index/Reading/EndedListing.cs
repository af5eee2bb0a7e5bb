using System.Text;
using DocService.Index.Families;
using DocService.Index.Rows;

namespace DocService.Index.Reading;

/// <summary>Walks the documents whose time is over, in the order of their moments.</summary>
/// <remarks>Owns: an iterator. Thread: one at a time. On failure: as its reader.</remarks>
public sealed class EndedListing : IDisposable
{
    private readonly RowCursor _rows;
    private readonly Action<IndexFailedException> _failed;
    private bool _hasBegun;

    internal EndedListing(IRowSnapshot snapshot, DateTimeOffset through, byte[]? behind, Action<IndexFailedException> failed)
    {
        Span<byte> end = stackalloc byte[VersionKey.Bytes];
        VersionKey.Write(end, through.UtcTicks + 1);
        _failed = failed;
        _rows = snapshot.Iterate(Family.Ends, behind is null ? [] : [.. behind, 0], end);
    }

    /// <summary>Where it stands; another listing can begin behind it.</summary>
    public byte[] Place => _rows.Key.ToArray();

    /// <summary>Of the document.</summary>
    public string Id
    {
        get
        {
            FeedKey.Read(_rows.Key, out ReadOnlySpan<byte> id);
            return Encoding.UTF8.GetString(id);
        }
    }

    /// <summary>Of the document; it has another one if it has been written since.</summary>
    public long Version => VersionKey.Read(_rows.Value);

    /// <summary>To the next document; false at the end.</summary>
    /// <exception cref="IndexFailedException">It cannot be read; the index is made anew.</exception>
    public bool MoveNext()
    {
        try
        {
            bool isValid = _hasBegun ? _rows.Next() : _rows.First();
            _hasBegun = true;
            return isValid;
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    public void Dispose() => _rows.Dispose();
}
