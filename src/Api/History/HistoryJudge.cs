using DocService.Index.History;
using DocService.Index.Reading;

namespace DocService.Api.History;

/// <summary>Which versions of a document stay, and which go.</summary>
internal static class HistoryJudge
{
    /// <summary>All that the index knows of a document's versions, the newest first.</summary>
    public static IEnumerable<VersionFacts> Of(IndexReader reader, string id)
    {
        using HistoryListing listing = reader.ListVersions(id);
        while (listing.MoveNext())
        {
            yield return listing.Current;
        }
    }

    /// <summary>
    /// So many of the newest versions as the newest one says, without those that have ended and what is older than one that was not kept;
    /// and the deletes between them. A delete stays as long as there is an older version, whose end it tells.
    /// </summary>
    /// <param name="versions">What is known of them, the newest first.</param>
    /// <param name="endedBy">What has ended by then goes.</param>
    public static IEnumerable<VersionFacts> Staying(IEnumerable<VersionFacts> versions, DateTimeOffset endedBy)
    {
        var deletes = new List<VersionFacts>();
        int? kept = null;
        int seen = 0;
        foreach (VersionFacts version in versions)
        {
            if (version.IsDelete)
            {
                deletes.Add(version);
                continue;
            }

            kept ??= version.Keep;
            if (seen++ >= kept || !version.HasFile)
            {
                yield break;
            }

            if (version.HasEnded(endedBy))
            {
                continue;
            }

            foreach (VersionFacts delete in deletes)
            {
                yield return delete;
            }

            deletes.Clear();
            yield return version;
        }
    }

    /// <summary>The others, which go.</summary>
    /// <param name="versions">What is known of them, the newest first.</param>
    /// <param name="endedBy">What has ended by then goes.</param>
    public static IReadOnlyList<VersionFacts> Surplus(IReadOnlyList<VersionFacts> versions, DateTimeOffset endedBy)
    {
        HashSet<long> stays = [.. Staying(versions, endedBy).Select(version => version.Version)];
        return [.. versions.Where(version => !stays.Contains(version.Version))];
    }
}
