using System.Text;
using DocService.Index.Declared;
using DocService.Index.Families;
using DocService.Index.History;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Index.Writing;

/// <summary>Turns commits, and documents read from their files, into rows.</summary>
/// <remarks>
/// Owns: the database, and the batch that is not written yet. Thread: one; the database's snapshots are anybody's.
/// Invariants: the state is in the batch of the rows that it speaks of. No row is replaced by one of the same or a lower
/// version, so that applying a commit twice changes nothing, and a file never hides what a later commit did.
/// On failure: <see cref="IndexFailedException"/>; the index is given up.
/// </remarks>
internal sealed class IndexWriter : IDisposable
{
    /// <summary>A batch is written when its rows have so many bytes, because they are kept in memory until then.</summary>
    public const long BatchBytesMax = 4L << 20;

    private readonly RocksBatch _batch;
    private readonly KeptIndexes _indexes;
    private readonly PendingRows _pending = new();
    private readonly HistoryWriter _history;
    private readonly TimeProvider _clock;
    private IndexState _next;
    private bool _isWriting;

    /// <param name="database">It becomes this writer's.</param>
    /// <param name="state">What its rows stand for.</param>
    /// <param name="clock">Tells when a delete came.</param>
    /// <param name="declarations">Which indexes beside the ids there are.</param>
    public IndexWriter(RocksDatabase database, IndexState state, TimeProvider clock, Declarations declarations)
    {
        Database = database;
        State = _next = state;
        _clock = clock;
        _batch = new RocksBatch(database);
        _indexes = new KeptIndexes(database, declarations);
        _history = new HistoryWriter(database);
    }

    public RocksDatabase Database { get; }

    /// <summary>Of what is written.</summary>
    public IndexState State { get; private set; }

    /// <summary>Whether something waits for <see cref="Write()"/>.</summary>
    public bool HasPending => _pending.Count > 0 || _history.Count > 0 || _next != State || MustAdopt;

    /// <summary>Indexes have been declared, or are declared no more.</summary>
    public bool MustAdopt => _indexes.MustAdopt;

    /// <summary>Documents must be read again for declared indexes.</summary>
    public bool IsBuildingIndexes => _indexes.IsBuilding;

    public bool IsFull => _pending.Bytes + _history.Bytes >= BatchBytesMax;

    /// <summary>Written since the last flush.</summary>
    public long UnflushedBytes { get; private set; }

    public void Add(FollowedCommit commit)
    {
        foreach (FollowedOperation operation in commit.Operations)
        {
            DateTimeOffset now = operation.Info is null ? _clock.GetUtcNow() : default;
            _history.Note(operation, now, State.IsBuilding);
            if (operation.IsSuperseded)
            {
                continue; // a kept version; of the document there is a later one
            }

            if (operation.Info is { } info)
            {
                _pending.Put(operation.Key, info, operation.Body.Span);
            }
            else
            {
                _pending.Delete(operation.Key, operation.Version, now);
            }
        }

        _next = _next with { Position = Math.Max(_next.Position, commit.Sequence) };
    }

    /// <summary>A document as its file has it. What a commit did later stays.</summary>
    public void Add(FiledDocument filed)
    {
        _history.Put(filed.Key, filed.Document.Info); // its versions have been read before
        _pending.Put(filed.Key, filed.Document.Info, filed.Document.Body.Span);
    }

    /// <summary>A version as its file in the history has it.</summary>
    public void Add(DocumentKey key, DocumentInfo version) => _history.Put(key, version);

    /// <summary>All files have been read.</summary>
    public void NoteBuilt() => _next = _next with { IsBuilding = false };

    /// <summary>Writes what was added, all of it or nothing, and the state after it. Not durable before <see cref="Flush"/>.</summary>
    public void Write()
    {
        _isWriting = true;
        _indexes.Adopt(_batch); // here, not before the commits were read: what was declared before a commit is known when it is written
        Span<byte> id = stackalloc byte[DocumentKey.BytesMax];
        foreach ((DocumentKey key, PendingRow row) in _pending.Rows)
        {
            Apply(id[..Encoding.UTF8.GetBytes(key.Id, id)], row);
        }

        _history.Write(_batch);
        _indexes.WriteRows(_batch);
        WriteBatch();
        _pending.Clear();
        _history.Clear();
        _isWriting = false;
    }

    /// <summary>What others ask for.</summary>
    public void Write(HistoryTask task)
    {
        if (HasPending)
        {
            Write(); // as below: the state must not speak of rows that are not written
        }

        _isWriting = true;
        _history.Write(_batch, task);
        WriteBatch();
        _isWriting = false;
    }

    /// <summary>
    /// Forgets what was added and not written, as after a lack of memory: it is read again. False when a batch was being made,
    /// because then nobody knows what is in it.
    /// </summary>
    public bool TryForget()
    {
        if (_isWriting)
        {
            return false;
        }

        _pending.Clear();
        _history.Clear();
        _next = State;
        return true;
    }

    /// <summary>Reads some documents into the declared indexes that are built; whether one of them has been built to its end.</summary>
    public bool BuildIndexes(int documentsMax = KeptIndexes.BuiltAtOnceMax)
    {
        if (HasPending)
        {
            Write(); // documents and their entries are read as they are
        }

        _isWriting = true;
        bool isBuilt = IsBuildingIndexes && _indexes.Build(_batch, documentsMax);
        WriteBatch();
        _isWriting = false;
        return isBuilt;
    }

    /// <summary>What was written is durable when this returns. Blocks for the disk.</summary>
    public void Flush()
    {
        Database.Flush();
        UnflushedBytes = 0;
    }

    /// <summary>Drops deleted documents whose rows have been kept long enough, at most so many at once; whether there may be more.</summary>
    public bool DropTombstones(TimeSpan retention)
    {
        if (HasPending)
        {
            Write(); // the state in the batch below must not speak of rows that are not written
        }

        _isWriting = true;
        DateTimeOffset now = _clock.GetUtcNow();
        long until = now.UtcTicks > retention.Ticks ? now.UtcTicks - retention.Ticks : 0;
        (int dropped, long completeFrom) = OldTombstones.Drop(Database, _batch, State.CompleteFrom, until);
        _next = _next with { CompleteFrom = completeFrom };
        if (dropped > 0)
        {
            WriteBatch();
        }

        _isWriting = false;
        return dropped == OldTombstones.DroppedMax;
    }

    /// <summary>Closes the database; its native part goes with the last snapshot.</summary>
    public void Dispose()
    {
        _pending.Dispose();
        _batch.Dispose();
        Database.Close();
    }

    private void Apply(ReadOnlySpan<byte> id, PendingRow row)
    {
        Span<byte> feedKey = stackalloc byte[FeedKey.BytesMax];
        using RocksValue old = Database.Read(Family.Documents, id);
        if (old.IsFound)
        {
            long version = DocumentRow.ReadVersion(old.Bytes, out bool wasDeleted);
            if (version >= row.Version)
            {
                return;
            }

            Span<byte> oldKey = feedKey[..FeedKey.Write(feedKey, version, id)];
            _batch.Delete(Family.Versions, oldKey);
            if (wasDeleted)
            {
                _batch.Delete(Family.Tombstones, oldKey);
            }

            if (DocumentRow.ReadEnd(old.Bytes) is { } oldEnd)
            {
                _batch.Delete(Family.Ends, feedKey[..FeedKey.Write(feedKey, oldEnd.UtcTicks, id)]);
            }
        }

        _indexes.Change(_batch, id, old.Bytes, row.Bytes);
        Span<byte> newKey = feedKey[..FeedKey.Write(feedKey, row.Version, id)];
        _batch.Put(Family.Documents, id, row.Bytes);
        _batch.Put(Family.Versions, newKey, []);
        if (row.Deleted is { } deleted)
        {
            Span<byte> time = stackalloc byte[VersionKey.Bytes];
            VersionKey.Write(time, deleted.UtcTicks);
            _batch.Put(Family.Tombstones, newKey, time);
        }
        else if (DocumentRow.ReadEnd(row.Bytes) is { } end)
        {
            Span<byte> version = stackalloc byte[VersionKey.Bytes];
            VersionKey.Write(version, row.Version);
            _batch.Put(Family.Ends, feedKey[..FeedKey.Write(feedKey, end.UtcTicks, id)], version);
        }
    }

    private void WriteBatch()
    {
        _batch.Put(Family.State, IndexState.Key, _next.ToRow());
        Database.Write(_batch);
        UnflushedBytes += _batch.Bytes;
        _batch.Clear();
        State = _next;
    }
}
