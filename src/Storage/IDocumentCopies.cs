using DocService.Storage.Followers;

namespace DocService.Storage;

/// <summary>A follower that keeps documents with their bodies beside the files, whole enough that a damaged file can be restored from it.</summary>
/// <remarks>Thread: the scrub's. Every answer may wait a second for the copy to follow.</remarks>
public interface IDocumentCopies
{
    /// <summary>
    /// The document as of a moment when every commit up to that sequence was in the copy, its body compared with its SHA-256. Null where the
    /// copy cannot say: it is behind, is being made, or has no such document with a body.
    /// </summary>
    /// <param name="key">Which document.</param>
    /// <param name="through">What the copy must have followed.</param>
    StoredDocument? TryRead(DocumentKey key, long through);

    /// <summary>The facts of a document as of such a moment, or that there is none. False: the copy cannot say.</summary>
    /// <param name="key">Which document; it may be a hidden one.</param>
    /// <param name="through">What the copy must have followed.</param>
    /// <param name="info">Null: there is no such document. How many versions are kept a copy need not know.</param>
    bool TryReadInfo(DocumentKey key, long through, out DocumentInfo? info);

    /// <summary>Some documents of the copy, each body compared with its SHA-256. Null: it cannot be read now.</summary>
    /// <param name="from"><see cref="CopyPart.Next"/> of the part before; null: the first part.</param>
    CopyPart? TryReadPart(ReadOnlyMemory<byte>? from);

    /// <summary>The files that the copy stands in now, as far as their checksums are known; none while it cannot be read.</summary>
    IReadOnlyList<CopyFile> ListFiles();

    /// <summary>The copy is damaged, or says something else than an intact file of which no commit is pending: it is made anew.</summary>
    void NoteDifference(string reason);
}
