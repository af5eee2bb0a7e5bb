using System.Buffers.Binary;

namespace DocService.Index.Rows;

/// <summary>
/// Key of an entry: number of the index, key, id, length of the key. The number comes first, so an index is one range; the
/// length comes last, so entries are in the order of their keys, and those of one key in the order of their ids.
/// </summary>
internal static class EntryKey
{
    public const int NumberBytes = sizeof(int);
    private const int LengthBytes = sizeof(ushort);

    public static byte[] Write(int number, ReadOnlySpan<byte> key, ReadOnlySpan<byte> id)
    {
        byte[] entry = new byte[NumberBytes + key.Length + id.Length + LengthBytes];
        BinaryPrimitives.WriteInt32BigEndian(entry, number);
        key.CopyTo(entry.AsSpan(NumberBytes));
        id.CopyTo(entry.AsSpan(NumberBytes + key.Length));
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(entry.Length - LengthBytes), checked((ushort)key.Length));
        return entry;
    }

    /// <summary>The beginning of all entries whose keys begin so.</summary>
    public static byte[] Beginning(int number, ReadOnlySpan<byte> key)
    {
        byte[] entry = new byte[NumberBytes + key.Length];
        BinaryPrimitives.WriteInt32BigEndian(entry, number);
        key.CopyTo(entry.AsSpan(NumberBytes));
        return entry;
    }

    /// <summary>The first entry of an index, and the first behind its last.</summary>
    public static (byte[] From, byte[] To) Range(int number) => (Beginning(number, []), Beginning(checked(number + 1), []));

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> id)
    {
        int keyBytes = entry.Length > NumberBytes + LengthBytes ? BinaryPrimitives.ReadUInt16BigEndian(entry[^LengthBytes..]) : int.MaxValue;
        if (keyBytes >= entry.Length - NumberBytes - LengthBytes)
        {
            throw new IndexFailedException("An entry is not one that the index has written.");
        }

        id = entry[(NumberBytes + keyBytes)..^LengthBytes];
        return entry.Slice(NumberBytes, keyBytes);
    }
}
