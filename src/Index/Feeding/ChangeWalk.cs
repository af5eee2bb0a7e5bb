using DocService.Index.Answering;
using DocService.Index.Families;
using DocService.Index.Finding;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Storage.Model;

namespace DocService.Index.Feeding;

/// <summary>
/// Reads the changes behind a position, of one snapshot: of each document the newest, in the order of commits. It stops
/// between two commits alone.
/// </summary>
/// <remarks>
/// Owns: an iterator. Thread: one at a time.
/// Invariant: a document's row has the version that its row of the feed names, because both are of the snapshot. What changes
/// later has a higher version, and is told behind this snapshot.
/// </remarks>
public sealed class ChangeWalk : SnapshotRead
{
    private readonly IndexReader _reader;
    private readonly IFeedRows _rows;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _allowed;
    private readonly long _started;
    private readonly RowCursor _versions;
    private readonly RowLookup _documents;
    private bool _hasBegun;
    private bool _isAtRow; // that has not been looked at
    private long _commit; // that is being told; 0: none

    /// <param name="reader">Where.</param>
    /// <param name="from">Its <see cref="FeedPosition.FindReset"/> has found nothing.</param>
    /// <param name="selection">What is told.</param>
    /// <param name="sink">Whom.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="allowed">It is full after so long, whatever it has found.</param>
    public ChangeWalk(IndexReader reader, FeedPosition from, ChangeSelection selection, IChangeSink sink, TimeProvider clock, TimeSpan allowed)
        : this(reader, from, new ToldRows(selection, sink, reader), clock, allowed)
    {
    }

    internal ChangeWalk(IndexReader reader, FeedPosition from, IFeedRows rows, TimeProvider clock, TimeSpan allowed)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(clock);
        _reader = reader;
        _rows = rows;
        _clock = clock;
        _allowed = allowed;
        _started = clock.GetTimestamp();
        Position = from.In(reader);
        Span<byte> first = stackalloc byte[VersionKey.Bytes];
        VersionKey.Write(first, Position.Sequence + 1);
        _versions = reader.Snapshot.Iterate(Family.Versions, first, []);
        _documents = reader.Snapshot.Look(Family.Documents);
    }

    /// <summary>Every change up to here has been told.</summary>
    public FeedPosition Position { get; private set; }

    /// <summary>Every change of the snapshot has been told.</summary>
    public bool IsThrough { get; private set; }

    internal override SearchState Advance(Allowance allowance, SearchLimit limit)
    {
        try
        {
            while (!allowance.IsSpent)
            {
                if (!_isAtRow && !MoveNext())
                {
                    EndCommit(_reader.AsOf);
                    IsThrough = true;
                    return SearchState.Done;
                }

                _isAtRow = true;
                long version = FeedKey.Read(_versions.Key, out ReadOnlySpan<byte> id);
                if (version != _commit && _commit != 0)
                {
                    EndCommit(_commit);
                    _commit = 0;
                    if (_rows.IsFull || _clock.GetElapsedTime(_started) >= _allowed)
                    {
                        return SearchState.Full;
                    }
                }

                _commit = version;
                _isAtRow = false;
                allowance.Spend(Tell(id, version, limit));
                limit.Step();
            }

            return SearchState.Paused;
        }
        catch (IndexFailedException exception)
        {
            _reader.Fail(exception);
            throw;
        }
    }

    private protected override void Dispose(bool isDisposing)
    {
        _documents.Dispose();
        _versions.Dispose();
    }

    private bool MoveNext()
    {
        bool isValid = _hasBegun ? _versions.Next() : _versions.First();
        _hasBegun = true;
        return isValid;
    }

    private void EndCommit(long sequence)
    {
        Position = Position.At(sequence);
        _rows.EndCommit(Position);
    }

    /// <returns>Bytes of the row.</returns>
    private int Tell(ReadOnlySpan<byte> id, long version, SearchLimit limit)
    {
        if (!_rows.HasId(id))
        {
            return 0;
        }

        if (!_documents.Find(id) || DocumentRow.ReadVersion(_documents.Value, out bool isDeleted) != version)
        {
            throw new IndexFailedException($"The feed names version {version} of a document that has another, or is not there.");
        }

        if (!isDeleted)
        {
            Verify(_documents.Value);
        }

        _rows.Row(id, version, _documents.Value, isNew: version <= Position.Begun, limit);
        return _documents.Value.Length;
    }

    private static void Verify(ReadOnlySpan<byte> row)
    {
        DocumentHead head = DocumentRow.ReadHead(row);
        if (Sha256Digest.Of(row[head.BodyAt..]) != head.Sha256)
        {
            throw new IndexFailedException($"The body of version {head.Version} does not fit its SHA-256.");
        }
    }
}
