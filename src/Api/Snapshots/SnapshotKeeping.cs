using DocService.Storage;

namespace DocService.Api.Snapshots;

/// <summary><c>keep</c>: so many of the newest snapshots stay.</summary>
internal static class SnapshotKeeping
{
    /// <summary>Deletes all but the newest, and returns their names. One that is in use stays, and goes the next time.</summary>
    /// <param name="snapshots">Of the store.</param>
    /// <param name="keep">So many stay; null: all.</param>
    public static string[] DeleteOlder(ISnapshots snapshots, int? keep) =>
        keep is { } most ? [.. snapshots.List().Snapshots.SkipLast(most).Select(static one => one.Name).Where(name => TryDelete(snapshots, name))] : [];

    private static bool TryDelete(ISnapshots snapshots, string name)
    {
        try
        {
            return snapshots.Delete(name);
        }
        catch (SnapshotConflictException)
        {
            return false;
        }
    }
}
