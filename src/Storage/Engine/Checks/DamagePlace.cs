using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Checks;

/// <summary>Where the damage of a document's file, or of a kept version's, begins.</summary>
internal static class DamagePlace
{
    /// <summary>Of a file with a readable id that cannot be read as its document: the block that the device cannot read, else where the body goes wrong.</summary>
    public static VerificationDamage Of(PatchyFile file, DocumentKey key, string place, DocumentCorruptException exception) => file.UnreadableAt is { } unreadable
        ? new VerificationDamage(place, unreadable, "the device cannot read this")
        : new VerificationDamage(place, BodyOffset(file, key), exception.Reason);

    /// <summary>Behind the header, or where the file ends too early or too late; 0 where the header itself is damaged.</summary>
    public static long BodyOffset(PatchyFile file, DocumentKey key)
    {
        byte[] head = new byte[DocumentHeader.BytesMax];
        int count = file.Read(head, 0);
        if (!DocumentHeader.TryRead(head.AsSpan(0, count), key, out ParsedHeader header, out _))
        {
            return 0;
        }

        long length = file.GetLength();
        return length == header.FileBytes ? header.HeaderBytes : Math.Min(length, header.FileBytes);
    }
}
