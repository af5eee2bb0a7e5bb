using System.Buffers.Binary;

namespace DocService.Storage.Engine.Versions;

/// <summary>
/// What a kept version is known by wherever documents are known by their digests: among what is pending, to be filed, and blocked. So it is
/// filed on its own, whether or not its document has a later version by then.
/// </summary>
internal static class VersionDigest
{
    /// <summary>SHA-256 of the document's digest and the version, the first byte replaced by the document's: both are in directories of one number.</summary>
    /// <param name="document">SHA-256 of the document's id.</param>
    /// <param name="version">Of the document.</param>
    public static Sha256Digest Of(Sha256Digest document, long version)
    {
        Span<byte> source = stackalloc byte[Sha256Digest.Bytes + sizeof(long)];
        document.CopyTo(source);
        BinaryPrimitives.WriteInt64LittleEndian(source[Sha256Digest.Bytes..], version);
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        Sha256Digest.Of(source).CopyTo(digest);
        digest[0] = document.First;
        return new Sha256Digest(digest);
    }
}
