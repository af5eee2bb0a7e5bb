namespace DocService.Storage;

/// <summary>A follower that keeps documents with their bodies beside the files, whole enough that a damaged file can be restored from it.</summary>
/// <remarks>Thread: the scrub's.</remarks>
public interface IDocumentCopies
{
    /// <summary>
    /// The document as of a moment when every commit up to that sequence was in the copy, its body compared with its SHA-256. Null where the
    /// copy cannot say: it is behind, is being made, or has no such document with a body.
    /// </summary>
    /// <param name="key">Which document.</param>
    /// <param name="through">What the copy must have followed.</param>
    StoredDocument? TryRead(DocumentKey key, long through);

    /// <summary>The copy says something else than an intact file of which no commit is pending: it is made anew.</summary>
    void NoteDifference(string reason);
}
