using DocService.Storage.Engine.Blocking;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Requests;

namespace DocService.Storage.Engine.Filing;

/// <summary>Waits until documents are filed.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class FiledWait(FilingQueue filing, BlockedDocuments blocked, Watermarks marks, TimeProvider clock)
{
    /// <summary>Ends when every document through the sequence is filed or blocked, or when filing has ended. While a write waits here, filing does not pause.</summary>
    public Task WhenTriedAsync(long sequence) => filing.WaitAsync(sequence, marks.FiledThrough);

    /// <summary>Waits until the documents of a published commit are filed, these versions or later ones; at most so long. Returns whether they are.</summary>
    public Task<bool> ReachAsync(Commit commit, TimeSpan timeout) =>
        ReachAsync(commit.Sequence, [.. commit.Places.ToArray().SelectMany(place => place.IsKept ? FiledWith(place.Key, commit.Sequence) : [place.Key.Digest])], timeout);

    /// <summary>The same of a request that was carried out before.</summary>
    public Task<bool> ReachAsync(RememberedRequest request, TimeSpan timeout) =>
        ReachAsync(request.Sequence, [.. request.Results.Where(static result => result.Writes).SelectMany(result => FiledWith(result.Key, request.Sequence))], timeout);

    /// <summary>What must not be blocked: the document, and the version, which is not if it is not kept.</summary>
    private static IEnumerable<Sha256Digest> FiledWith(DocumentKey key, long version) => [key.Digest, VersionDigest.Of(key.Digest, version)];

    private async Task<bool> ReachAsync(long sequence, Sha256Digest[] documents, TimeSpan timeout)
    {
        long started = clock.GetTimestamp();
        try
        {
            await WhenTriedAsync(sequence).WaitAsync(timeout, clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }

        TimeSpan left = timeout - clock.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
        {
            await blocked.WaitAsync(documents, left).ConfigureAwait(false);
        }

        // filedThrough moves first, and what is blocked is noted before that.
        bool isTried = marks.FiledThrough >= sequence || filing.TriedThrough >= sequence;
        return isTried && !documents.Any(blocked.Contains);
    }
}
