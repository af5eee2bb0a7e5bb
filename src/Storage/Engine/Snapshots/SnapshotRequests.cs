using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>The files of remembered requests in a snapshot.</summary>
/// <remarks>
/// Thread: one, beside the requests' own, which appends to the newest file, begins the next one and drops the oldest.
/// The requests of all commits that the snapshot's journal does not hold must be in synced files before. What is appended meanwhile may be
/// in the copy, whole or in part: it is of commits that the snapshot's journal holds, or of later ones, which its first start voids.
/// </remarks>
internal static class SnapshotRequests
{
    /// <summary>Takes them, the newest first: so none is missing between two that are there. The target is not synced.</summary>
    public static void Take(SnapshotWalk walk, IDirectory source, IDirectory target)
    {
        bool isAnyTaken = false;
        foreach (long number in Enumerable.Reverse(FoundRequestFiles.NumbersIn(source)))
        {
            string name = RequestFile.NameOf(number);
            bool isTaken = isAnyTaken ? walk.TryTake(source, name, target) : walk.TryCopy(source, name, target); // only the newest is written to
            if (!isTaken && isAnyTaken)
            {
                return; // dropped meanwhile, and those before it too
            }

            isAnyTaken |= isTaken;
        }
    }
}
