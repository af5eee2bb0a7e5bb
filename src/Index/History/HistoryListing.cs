using System.Text;
using DocService.Index.Families;
using DocService.Index.Rows;

namespace DocService.Index.History;

/// <summary>Walks what is known of a document's versions, the newest first: also what has ended, and what is about to be dropped.</summary>
/// <remarks>Owns: an iterator. Thread: one at a time. On failure: as its reader.</remarks>
public sealed class HistoryListing : IDisposable
{
    private readonly RowCursor _rows;
    private readonly Action<IndexFailedException> _failed;
    private bool _hasBegun;

    internal HistoryListing(IRowSnapshot snapshot, string id, long? below, Action<IndexFailedException> failed)
    {
        byte[] idBytes = Encoding.UTF8.GetBytes(id);
        _rows = snapshot.Iterate(Family.History, HistoryKey.From(idBytes), HistoryKey.To(idBytes, below));
        _failed = failed;
    }

    /// <summary>Where it stands.</summary>
    public VersionFacts Current { get; private set; }

    /// <summary>To the next older version; false at the end.</summary>
    /// <exception cref="IndexFailedException">It cannot be read; the index is made anew.</exception>
    public bool MoveNext()
    {
        try
        {
            bool isValid = _hasBegun ? _rows.Previous() : _rows.Last();
            _hasBegun = true;
            Current = isValid ? HistoryRow.Read(HistoryKey.Read(_rows.Key, out _), _rows.Value) : default;
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
