using System.Text;
using DocService.Index.Families;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>Turns writes into rows of histories: unlike a document, a history has a row of every version, whether a later one follows in the same batch or not.</summary>
/// <remarks>
/// Owns: rows of a batch that is not written yet. Thread: the index's.
/// Invariants: a document without a version that is kept has no rows, so that a store without histories pays nothing for them. Applying
/// a commit twice changes nothing. Whoever has been written to is due to be looked over, in the same batch.
/// On failure: as the index's writer.
/// </remarks>
internal sealed class HistoryWriter
{
    private readonly RocksDatabase _database;
    private readonly List<PendingVersion> _pending = [];
    private readonly Dictionary<DocumentKey, long> _oldest = []; // of those that wait, versions that are kept
    private bool _isAny; // there has been a row: nothing has to be looked up before that

    public HistoryWriter(RocksDatabase database)
    {
        _database = database;
        using RocksSnapshot snapshot = database.TakeSnapshot();
        using RocksIterator rows = snapshot.Iterate(Family.History, [], []);
        _isAny = rows.First();
    }

    /// <param name="Key">Of the document.</param>
    /// <param name="Version">That the row tells of.</param>
    /// <param name="Row">As it will be.</param>
    /// <param name="NeedsOlder">It is written only where there is an older row of the document.</param>
    /// <param name="End">When the document is due once more, because this version has ended; null: never.</param>
    private readonly record struct PendingVersion(DocumentKey Key, long Version, byte[] Row, bool NeedsOlder, DateTimeOffset? End);

    /// <summary>Of all rows that wait.</summary>
    public long Bytes { get; private set; }

    public int Count => _pending.Count;

    /// <summary>A version of a document, filed or not.</summary>
    /// <param name="key">Of the document.</param>
    /// <param name="info">Of the version.</param>
    /// <param name="isBuilding">Older versions may not have been read yet: one that is not kept counts in any case.</param>
    public void Put(DocumentKey key, DocumentInfo info, bool isBuilding = false)
    {
        if (info.Keep > 0)
        {
            _isAny = true;
            _oldest[key] = _oldest.TryGetValue(key, out long oldest) ? Math.Min(oldest, info.Version) : info.Version;
            Add(key, info.Version, HistoryRow.Write(info), needsOlder: false, info.Expires);
        }
        else if ((_isAny || isBuilding) && !key.IsHidden)
        {
            Add(key, info.Version, HistoryRow.Write(info), needsOlder: !isBuilding); // what was kept is kept no longer
        }
    }

    /// <summary>What a commit does to a document.</summary>
    /// <param name="operation">A put or a delete.</param>
    /// <param name="now">When the index reads it.</param>
    /// <param name="isBuilding">Older versions may not have been read yet: a delete, and a version that is not kept, count in any case, and go when the history is looked over.</param>
    public void Note(FollowedOperation operation, DateTimeOffset now, bool isBuilding)
    {
        if (operation.Info is { } info)
        {
            Put(operation.Key, info, isBuilding);
        }
        else if ((_isAny || isBuilding) && !operation.Key.IsHidden)
        {
            Add(operation.Key, operation.Version, HistoryRow.WriteDelete(now), needsOlder: !isBuilding);
        }
    }

    /// <summary>Everything that waits goes into the batch.</summary>
    public void Write(RocksBatch batch)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        using RocksSnapshot snapshot = _database.TakeSnapshot();
        using RocksIterator rows = snapshot.Iterate(Family.History, [], []);
        Span<byte> id = stackalloc byte[DocumentKey.BytesMax];
        foreach (PendingVersion version in _pending)
        {
            ReadOnlySpan<byte> written = id[..Encoding.UTF8.GetBytes(version.Key.Id, id)];
            if (!version.NeedsOlder || IsOlderIn(rows, written, version))
            {
                Write(batch, written, version);
            }
        }
    }

    /// <summary>What others ask for goes into the batch. What waits must be written before.</summary>
    public void Write(RocksBatch batch, HistoryTask task)
    {
        foreach (HistoryRemoval removal in task.Removals)
        {
            Remove(batch, removal);
        }

        if (task.Erasure is { } erasure)
        {
            byte[] id = Encoding.UTF8.GetBytes(erasure.Id);
            MarkDue(batch, erasure.Reason, null, id, Math.Max(erasure.Version, DueVersion(erasure, id)));
        }
    }

    /// <summary>Rows that are told of no more, and what has been looked over.</summary>
    private void Remove(RocksBatch batch, HistoryRemoval removal)
    {
        Span<byte> id = stackalloc byte[DocumentKey.BytesMax];
        Span<byte> key = stackalloc byte[HistoryKey.BytesMax];
        id = id[..Encoding.UTF8.GetBytes(removal.Due.Id, id)];
        RemoveEnds(batch, removal, id);
        foreach (long version in removal.Versions)
        {
            batch.Delete(Family.History, key[..HistoryKey.Write(key, id, version)]);
        }

        if (removal.IsDone && DueVersion(removal.Due, id) == removal.Due.Version)
        {
            Span<byte> due = stackalloc byte[DueKey.BytesMax];
            batch.Delete(Family.Due, due[..DueKey.Write(due, removal.Due.Reason, removal.Due.End, id)]);
        }
    }

    /// <summary>Versions that go end no more. Where one that stays ends at the same moment, it needs the row that they share.</summary>
    private void RemoveEnds(RocksBatch batch, HistoryRemoval removal, ReadOnlySpan<byte> id)
    {
        List<DateTimeOffset> ends = [];
        Span<byte> key = stackalloc byte[HistoryKey.BytesMax];
        foreach (long version in removal.Versions)
        {
            using RocksValue row = _database.Read(Family.History, key[..HistoryKey.Write(key, id, version)]);
            if (row.IsFound && HistoryRow.Read(version, row.Bytes).Expires is { } end)
            {
                ends.Add(end);
            }
        }

        if (ends.Count == 0)
        {
            return;
        }

        Span<byte> due = stackalloc byte[DueKey.BytesMax];
        foreach (DateTimeOffset end in ends.Except(EndsOfOthers(removal, id)))
        {
            batch.Delete(Family.Due, due[..DueKey.Write(due, DueReason.Ended, end, id)]);
        }
    }

    /// <summary>Of the versions that stay.</summary>
    private HashSet<DateTimeOffset> EndsOfOthers(HistoryRemoval removal, ReadOnlySpan<byte> id)
    {
        HashSet<long> going = [.. removal.Versions];
        HashSet<DateTimeOffset> ends = [];
        using RocksSnapshot snapshot = _database.TakeSnapshot();
        using RocksIterator rows = snapshot.Iterate(Family.History, HistoryKey.From(id), HistoryKey.To(id, null));
        for (bool isValid = rows.First(); isValid; isValid = rows.Next())
        {
            VersionFacts facts = HistoryRow.Read(HistoryKey.Read(rows.Key, out _), rows.Value);
            if (facts.Expires is { } end && !going.Contains(facts.Version))
            {
                ends.Add(end);
            }
        }

        return ends;
    }

    /// <summary>0 where it is not due.</summary>
    private long DueVersion(in DueHistory asked, ReadOnlySpan<byte> id)
    {
        Span<byte> key = stackalloc byte[DueKey.BytesMax];
        using RocksValue due = _database.Read(Family.Due, key[..DueKey.Write(key, asked.Reason, asked.End, id)]);
        return due.IsFound ? VersionKey.Read(due.Bytes) : 0;
    }

    private static void MarkDue(RocksBatch batch, DueReason reason, DateTimeOffset? end, ReadOnlySpan<byte> id, long version)
    {
        Span<byte> key = stackalloc byte[DueKey.BytesMax];
        Span<byte> value = stackalloc byte[VersionKey.Bytes];
        VersionKey.Write(value, version);
        batch.Put(Family.Due, key[..DueKey.Write(key, reason, end, id)], value);
    }

    public void Clear()
    {
        _pending.Clear();
        _oldest.Clear();
        Bytes = 0;
    }

    private void Write(RocksBatch batch, ReadOnlySpan<byte> id, PendingVersion version)
    {
        Span<byte> key = stackalloc byte[HistoryKey.BytesMax];
        key = key[..HistoryKey.Write(key, id, version.Version)];
        using RocksValue known = _database.Read(Family.History, key);
        if (known.IsFound)
        {
            return; // read before: a delete keeps its time
        }

        batch.Put(Family.History, key, version.Row);
        MarkDue(batch, DueReason.Written, null, id, version.Version);
        if (version.End is not null)
        {
            MarkDue(batch, DueReason.Ended, version.End, id, version.Version);
        }
    }

    private bool IsOlderIn(RocksIterator rows, ReadOnlySpan<byte> id, PendingVersion version) =>
        (_oldest.TryGetValue(version.Key, out long oldest) && oldest < version.Version)
        || (rows.Seek(HistoryKey.From(id)) && HistoryKey.Read(rows.Key, out ReadOnlySpan<byte> found) < version.Version && found.SequenceEqual(id));

    private void Add(DocumentKey key, long version, byte[] row, bool needsOlder, DateTimeOffset? end = null)
    {
        _pending.Add(new PendingVersion(key, version, row, needsOlder, end));
        Bytes += row.Length + key.Id.Length + HistoryKey.BytesMax - DocumentKey.BytesMax;
    }
}
