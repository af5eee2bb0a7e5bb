using DocService.Index.History;

namespace DocService.Api.History;

/// <summary>Which versions of a document go.</summary>
internal static class HistoryJudge
{
    /// <summary>Beyond what the newest version keeps: all of them where it keeps none. What has ended long ago goes too, and deletes go with the versions before them.</summary>
    /// <param name="versions">What is known of them, the newest first.</param>
    /// <param name="endedBy">What has ended by then goes.</param>
    public static IReadOnlyList<VersionFacts> Surplus(IReadOnlyList<VersionFacts> versions, DateTimeOffset endedBy)
    {
        int kept = versions.FirstOrDefault(version => !version.IsDelete).Keep;
        var stays = new HashSet<long>(versions.Where(version => !version.IsDelete).Take(kept).Where(version => version.HasFile && !version.HasEnded(endedBy)).Select(version => version.Version));
        return Without(versions, stays);
    }

    /// <summary>Everything up to a version, but for the document as it is.</summary>
    /// <param name="versions">What is known of them, the newest first.</param>
    /// <param name="through">The newest that goes.</param>
    /// <param name="present">Of the document; null where it is absent.</param>
    public static IReadOnlyList<VersionFacts> Erased(IReadOnlyList<VersionFacts> versions, long through, long? present)
    {
        var stays = new HashSet<long>(versions.Where(version => !version.IsDelete && (version.Version > through || version.Version == present)).Select(version => version.Version));
        return Without(versions, stays);
    }

    /// <summary>A delete stays as long as there is an older version, whose end it tells.</summary>
    private static VersionFacts[] Without(IReadOnlyList<VersionFacts> versions, HashSet<long> stays)
    {
        long oldest = stays.Count == 0 ? long.MaxValue : stays.Min();
        return [.. versions.Where(version => version.IsDelete ? version.Version < oldest : !stays.Contains(version.Version))];
    }
}
