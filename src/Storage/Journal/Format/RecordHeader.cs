using System.Buffers.Binary;
using System.IO.Hashing;

namespace DocService.Storage.Journal.Format;

/// <summary>
/// The first 64 bytes of a record. Its checksum is seeded with the segment's salt and covers the header, which holds
/// the checksum of the payload: so the payload can be hashed on the thread that made it.
/// </summary>
internal readonly record struct RecordHeader
{
    /// <summary>Length of the header.</summary>
    public const int Bytes = 64;

    private const uint Magic = 0x44524344; // "DCRD"

    public required RecordType Type { get; init; }

    /// <summary>Length of the payload behind the header, padding not included.</summary>
    public required int PayloadBytes { get; init; }

    public required int Operations { get; init; }

    /// <summary>Of the commit; of a seal, the highest handed out before it.</summary>
    public required long Sequence { get; init; }

    /// <summary>All commits up to here were synced when the record was made.</summary>
    public required long DurableThrough { get; init; }

    /// <summary>All commits up to here were filed when the record was made.</summary>
    public required long FiledThrough { get; init; }

    /// <summary>XXH3 of the payload, seed 0.</summary>
    public required ulong PayloadHash { get; init; }

    /// <summary>Length of the record, padded to the next record's place.</summary>
    public int PaddedBytes => JournalFormat.Align(Bytes + PayloadBytes);

    public void Write(Span<byte> destination, ulong salt)
    {
        destination = destination[..Bytes];
        destination.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Magic);
        destination[12] = (byte)Type;
        destination[13] = JournalFormat.Xxh3;
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], PayloadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[20..], Operations);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], DurableThrough);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], FiledThrough);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], PayloadHash);
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Checksum(destination, salt));
    }

    /// <summary>
    /// Null when the bytes are no intact record header. The payload is not looked at; its length is at most
    /// <paramref name="bytesMax"/> less the header.
    /// </summary>
    /// <exception cref="StoreFormatException">Intact, but it must be understood and is not.</exception>
    public static RecordHeader? TryRead(ReadOnlySpan<byte> source, ulong salt, long bytesMax)
    {
        if (source.Length < Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(source) != Checksum(source, salt))
        {
            return null;
        }

        // The upper half of the flags must be understood; the lower half may be ignored.
        if (source[13] != JournalFormat.Xxh3 || source[15] != 0 || source[12] is < (byte)RecordType.Commit or > (byte)RecordType.CleanStop)
        {
            throw new StoreFormatException($"A journal record has type {source[12]}, checksum {source[13]}, flags {source[15]:x2}: written by a later version.");
        }

        var header = new RecordHeader
        {
            Type = (RecordType)source[12],
            PayloadBytes = BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            Operations = BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            DurableThrough = BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            FiledThrough = BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            PayloadHash = BinaryPrimitives.ReadUInt64LittleEndian(source[48..]),
        };
        return header.IsPossible(bytesMax) ? header : null;
    }

    private static ulong Checksum(ReadOnlySpan<byte> header, ulong salt) =>
        XxHash3.HashToUInt64(header[8..Bytes], unchecked((long)salt));

    private bool IsPossible(long bytesMax) =>
        PayloadBytes >= 0 && PayloadBytes <= bytesMax - Bytes && Operations >= 0
        && (Operations > 0) == (Type == RecordType.Commit)
        && FiledThrough >= 0 && FiledThrough <= DurableThrough && DurableThrough <= Sequence;
}
