using System.Text;
using DocService.Index.Rocks;
using DocService.Index.Rows;

namespace DocService.Index.Reading;

/// <summary>Walks the documents of a range. The one at which it stands is valid until it moves.</summary>
/// <remarks>Owns: an iterator. Thread: one at a time. On failure: as its reader.</remarks>
public sealed class DocumentListing : IDisposable
{
    private readonly RocksIterator _rows;
    private readonly bool _isReversed;
    private readonly Action<IndexFailedException> _failed;
    private bool _hasBegun;
    private DocumentFacts? _facts;

    internal DocumentListing(RocksIterator rows, bool isReversed, Action<IndexFailedException> failed)
    {
        _rows = rows;
        _isReversed = isReversed;
        _failed = failed;
    }

    /// <summary>Of the document, in UTF-8.</summary>
    public ReadOnlySpan<byte> IdUtf8 => _rows.Key;

    /// <summary>Of the document.</summary>
    public string Id => Encoding.UTF8.GetString(_rows.Key);

    /// <summary>Of the document.</summary>
    /// <exception cref="InvalidOperationException">It stands at none.</exception>
    public DocumentFacts Facts => _facts ?? throw new InvalidOperationException("The listing stands at no document.");

    /// <summary>To the next document; false at the end.</summary>
    public bool MoveNext()
    {
        try
        {
            return Move();
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    /// <summary>The body of the document, verified. The bytes are the library's.</summary>
    public ReadOnlySpan<byte> ReadBody()
    {
        try
        {
            DocumentFacts facts = DocumentRow.Read(_rows.Value, out ReadOnlySpan<byte> body);
            return BodyCheck.Verified(facts, body);
        }
        catch (IndexFailedException exception)
        {
            _failed(exception);
            throw;
        }
    }

    public void Dispose() => _rows.Dispose();

    private bool Move()
    {
        _facts = null;
        while (Step())
        {
            DocumentFacts facts = DocumentRow.Read(_rows.Value, out _);
            if (facts.Info is not null)
            {
                _facts = facts;
                return true;
            }
        }

        return false;
    }

    private bool Step()
    {
        if (_hasBegun)
        {
            return _isReversed ? _rows.Previous() : _rows.Next();
        }

        _hasBegun = true;
        return _isReversed ? _rows.Last() : _rows.First();
    }
}
