using System.Text;
using DocService.Index.Families;
using DocService.Index.Rows;

namespace DocService.Index.History;

/// <summary>Walks the documents whose histories have to be looked over.</summary>
/// <remarks>Owns: an iterator. Thread: one at a time. On failure: as its reader.</remarks>
public sealed class DueListing : IDisposable
{
    private readonly RowCursor _rows;
    private readonly Action<IndexFailedException> _failed;
    private bool _hasBegun;

    internal DueListing(IRowSnapshot snapshot, DueReason reason, DateTimeOffset? through, byte[]? behind, Action<IndexFailedException> failed)
    {
        _rows = snapshot.Iterate(Family.Due, behind is null ? [(byte)reason] : [.. behind, 0], DueKey.Behind(reason, through));
        _failed = failed;
    }

    /// <summary>Where it stands; another listing can begin behind it.</summary>
    public byte[] Place => _rows.Key.ToArray();

    public DueHistory Current { get; private set; }

    /// <summary>To the next document; false at the end.</summary>
    /// <exception cref="IndexFailedException">It cannot be read; the index is made anew.</exception>
    public bool MoveNext()
    {
        try
        {
            bool isValid = _hasBegun ? _rows.Next() : _rows.First();
            _hasBegun = true;
            if (isValid)
            {
                DueReason reason = DueKey.Read(_rows.Key, out DateTimeOffset? end, out ReadOnlySpan<byte> id);
                Current = new DueHistory(reason, Encoding.UTF8.GetString(id), VersionKey.Read(_rows.Value), end);
            }

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
