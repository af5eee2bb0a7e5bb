using System.Buffers.Binary;
using System.IO.Hashing;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Tests.Journal.Format;

/// <summary>Edits encoded headers and makes their checksums right again: what a later version might write.</summary>
internal static class RecordBytes
{
    private const int SegmentChecksum = JournalFormat.BlockBytes - 8;

    public static void SetMustUnderstand(Span<byte> record, ulong salt)
    {
        record[15] |= 0x80;
        Resign(record, salt);
    }

    public static void Resign(Span<byte> record, ulong salt) =>
        BinaryPrimitives.WriteUInt64LittleEndian(record, XxHash3.HashToUInt64(record[8..RecordHeader.Bytes], unchecked((long)salt)));

    public static void ResignSegment(Span<byte> block) =>
        BinaryPrimitives.WriteUInt64LittleEndian(block[SegmentChecksum..], XxHash3.HashToUInt64(block[..SegmentChecksum]));
}
