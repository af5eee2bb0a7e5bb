using DocService.Index.History;

namespace DocService.Api.History;

/// <summary>Which versions of a document go.</summary>
internal static class HistoryJudge
{
    /// <summary>
    /// Beyond what the newest version keeps: all of them where it keeps none, and what is older than a version that was not kept. What has
    /// ended long ago goes too, and deletes go with the versions before them.
    /// </summary>
    /// <param name="versions">What is known of them, the newest first.</param>
    /// <param name="endedBy">What has ended by then goes.</param>
    public static IReadOnlyList<VersionFacts> Surplus(IReadOnlyList<VersionFacts> versions, DateTimeOffset endedBy)
    {
        VersionFacts[] puts = [.. versions.Where(version => !version.IsDelete)];
        var stays = new HashSet<long>(puts.Take(puts.FirstOrDefault().Keep).TakeWhile(version => version.HasFile).Where(version => !version.HasEnded(endedBy)).Select(version => version.Version));
        return Without(versions, stays);
    }

    /// <summary>A delete stays as long as there is an older version, whose end it tells.</summary>
    private static VersionFacts[] Without(IReadOnlyList<VersionFacts> versions, HashSet<long> stays)
    {
        long oldest = stays.Count == 0 ? long.MaxValue : stays.Min();
        return [.. versions.Where(version => version.IsDelete ? version.Version < oldest : !stays.Contains(version.Version))];
    }
}
