using DocService.Storage.Engine.Requests.Files;

namespace DocService.Storage.Engine.Requests;

/// <summary>What a start has to file: what the journal holds, and what follows from comparing it with the files.</summary>
/// <remarks>Thread: the one that opens.</remarks>
internal static class RequestRecovery
{
    /// <summary>In the order of their commits.</summary>
    /// <param name="files">As they were found.</param>
    /// <param name="found">In the journal, above the files' <see cref="RequestFiles.LastSequence"/>.</param>
    /// <param name="end">Where the log ends.</param>
    public static IReadOnlyList<KnownRequest> Complete(RequestFiles files, IReadOnlyList<KnownRequest> found, long end)
    {
        if (files.LastSequence > end)
        {
            return [KnownRequest.Void(end), .. found];
        }

        KnownRequest[] unsealed = [.. Unsealed(files, found, end)];
        return unsealed.Length == 0 ? found : WithLoss([.. found.Concat(unsealed).OrderBy(static request => request.Sequence)]);
    }

    /// <summary>The loss comes first: once the others are filed, a later start finds nothing unsealed, and would not know of it.</summary>
    private static IReadOnlyList<KnownRequest> WithLoss(IReadOnlyList<KnownRequest> requests) => [KnownRequest.Lost(requests[0].Sequence), .. requests];

    /// <summary>
    /// What lies behind the last seal is in the journal still: it lets go of nothing that no synced seal covers. So where it has let go,
    /// the seal was damaged. What is intact behind it is filed anew; what else was there is lost.
    /// </summary>
    private static IEnumerable<KnownRequest> Unsealed(RequestFiles files, IReadOnlyList<KnownRequest> found, long end)
    {
        var known = found.Where(static request => !request.IsLost).Select(static request => request.Sequence).ToHashSet();
        return files.Unsealed.Where(request => request.Sequence > files.LastSequence && request.Sequence <= end && !known.Contains(request.Sequence));
    }
}
