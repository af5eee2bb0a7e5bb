using System.Buffers.Binary;

namespace DocService.Index.Rows;

/// <summary>Versions and times as 8 bytes in the order of their numbers: part of keys and of the state, value of a tombstone and of a document that expires.</summary>
internal static class VersionKey
{
    public const int Bytes = sizeof(long);

    public static void Write(Span<byte> destination, long value) => BinaryPrimitives.WriteInt64BigEndian(destination, value);

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static long Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Bytes && BinaryPrimitives.ReadInt64BigEndian(bytes) is >= 0 and var value
            ? value
            : throw new IndexFailedException("A number of the index is not one that it has written.");
}
