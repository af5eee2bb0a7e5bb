using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Reading;

/// <summary>No body is served that does not fit its digest.</summary>
internal static class BodyCheck
{
    /// <exception cref="IndexFailedException">It does not fit: the index is wrong, not the document.</exception>
    public static ReadOnlySpan<byte> Verified(DocumentFacts facts, ReadOnlySpan<byte> body) =>
        Sha256Digest.Of(body) == facts.Info!.Sha256
            ? body
            : throw new IndexFailedException($"The body of version {facts.Version} does not fit its SHA-256.");
}
