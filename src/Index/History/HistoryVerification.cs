using System.Text;
using DocService.Index.Families;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage.Clock;
using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>Compares the rows of histories with the files of kept versions, both ways.</summary>
/// <remarks>
/// Owns: what has been seen. Thread: the verification's. On failure: <see cref="IndexFailedException"/>.
/// A file goes before its row, and the row may come back after a crash: then the document is due, or has been written behind the index's
/// position, and the keeper looks over it again. So a row without a file is damage only where neither is so. That a version ends some day
/// is no excuse before that day: no keeper has dropped it for that.
/// </remarks>
/// <param name="now">Of the wall clock.</param>
internal sealed class HistoryVerification(DateTimeOffset now)
{
    /// <summary>What has ended by then a keeper may have dropped. The store's time may have been ahead of the wall clock by as much as is no doubt.</summary>
    private readonly DateTimeOffset _endedBy = now - StoreTime.SweepAfter + StoreTime.DoubtAfter;
    private readonly HashSet<(Sha256Digest Id, long Version)> _files = [];
    private readonly HashSet<(Sha256Digest Id, long Version)> _unfiled = []; // or filed as well: they are in the journal

    /// <summary>A write in the journal.</summary>
    public void Written(DocumentKey key, long version) => _unfiled.Add((key.Digest, version));

    /// <summary>What is wrong with the row of a file; null: nothing.</summary>
    /// <param name="rows">Of the index.</param>
    /// <param name="position">Of the index: what comes later it need not know.</param>
    /// <param name="key">Of the document.</param>
    /// <param name="info">As the file has it.</param>
    public string? Compare(RocksSnapshot rows, long position, DocumentKey key, DocumentInfo info)
    {
        _files.Add((key.Digest, info.Version));
        if (info.Version > position)
        {
            return null;
        }

        byte[] id = Encoding.UTF8.GetBytes(key.Id);
        byte[] row = HistoryKey.To(id, info.Version);
        using RocksValue found = rows.Read(Family.History, row);
        if (!found.IsFound)
        {
            return $"the index lacks version {info.Version} of '{key.Id}', which is kept";
        }

        VersionFacts facts = HistoryRow.Read(info.Version, found.Bytes);
        return facts == HistoryRow.Read(info.Version, HistoryRow.Write(info)) ? null : $"the index has other facts of version {info.Version} of '{key.Id}' than its file";
    }

    /// <summary>What the index lists and nothing else has.</summary>
    /// <param name="rows">Of the index.</param>
    /// <param name="isWrittenSince">Whether the journal has a write of the document behind the index's position.</param>
    public IEnumerable<string> FindSurplus(RocksSnapshot rows, Func<Sha256Digest, bool> isWrittenSince)
    {
        using RocksIterator versions = rows.Iterate(Family.History, [], []);
        for (bool isValid = versions.First(); isValid; isValid = versions.Next())
        {
            VersionFacts facts = HistoryRow.Read(HistoryKey.Read(versions.Key, out ReadOnlySpan<byte> id), versions.Value);
            Sha256Digest digest = Sha256Digest.Of(id);
            if (facts.HasFile && !_files.Contains((digest, facts.Version)) && !_unfiled.Contains((digest, facts.Version))
                && !isWrittenSince(digest) && !IsDue(rows, id, facts.Expires))
            {
                yield return $"the index lists version {facts.Version} of '{Encoding.UTF8.GetString(HistoryId(versions.Key))}', and no file of it is intact";
            }
        }
    }

    private static ReadOnlySpan<byte> HistoryId(ReadOnlySpan<byte> key)
    {
        HistoryKey.Read(key, out ReadOnlySpan<byte> id);
        return id;
    }

    private bool IsDue(RocksSnapshot rows, ReadOnlySpan<byte> id, DateTimeOffset? end) =>
        IsDue(rows, DueReason.Written, null, id) || IsDue(rows, DueReason.Erasure, null, id) || (end <= _endedBy && IsDue(rows, DueReason.Ended, end, id));

    private static bool IsDue(RocksSnapshot rows, DueReason reason, DateTimeOffset? end, ReadOnlySpan<byte> id)
    {
        Span<byte> key = stackalloc byte[DueKey.BytesMax];
        using RocksValue due = rows.Read(Family.Due, key[..DueKey.Write(key, reason, end, id)]);
        return due.IsFound;
    }
}
