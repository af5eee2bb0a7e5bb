using DocService.Index.Families;
using DocService.Index.Rocks;
using DocService.Index.Rows;

namespace DocService.Index.Writing;

/// <summary>Drops rows of deleted documents that have been kept long enough.</summary>
internal static class OldTombstones
{
    /// <summary>In one batch.</summary>
    public const int DroppedMax = 1000;

    /// <param name="database">Nothing waits to be written to it.</param>
    /// <param name="batch">Where the drops go.</param>
    /// <param name="completeFrom">Of the state: tombstones below are gone, and the library need not look among them.</param>
    /// <param name="until">What was deleted by then, as ticks.</param>
    /// <returns>How many, and what the state has to say from now on.</returns>
    public static (int Dropped, long CompleteFrom) Drop(RocksDatabase database, RocksBatch batch, long completeFrom, long until)
    {
        Span<byte> from = stackalloc byte[VersionKey.Bytes];
        VersionKey.Write(from, completeFrom);
        int dropped = 0;
        using RocksSnapshot snapshot = database.TakeSnapshot();
        using RocksIterator tombstones = snapshot.Iterate(Family.Tombstones, from, []);
        for (bool isValid = tombstones.First(); isValid && dropped < DroppedMax && VersionKey.Read(tombstones.Value) <= until; isValid = tombstones.Next())
        {
            completeFrom = Math.Max(completeFrom, Drop(database, batch, tombstones.Key));
            dropped++;
        }

        return (dropped, completeFrom);
    }

    private static long Drop(RocksDatabase database, RocksBatch batch, ReadOnlySpan<byte> tombstone)
    {
        long version = FeedKey.Read(tombstone, out ReadOnlySpan<byte> id);
        batch.Delete(Family.Tombstones, tombstone);
        using RocksValue row = database.Read(Family.Documents, id);
        if (row.IsFound && DocumentRow.ReadVersion(row.Bytes, out bool isDeleted) == version && isDeleted)
        {
            batch.Delete(Family.Versions, tombstone);
            batch.Delete(Family.Documents, id);
        }

        return version;
    }
}
