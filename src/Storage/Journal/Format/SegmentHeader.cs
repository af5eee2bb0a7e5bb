using System.Buffers.Binary;
using System.IO.Hashing;

namespace DocService.Storage.Journal.Format;

/// <summary>The first block of a segment: which segment it is, and its place in the log.</summary>
/// <remarks>Written and synced before the file gets its final name; never written again under that name.</remarks>
internal readonly record struct SegmentHeader
{
    private const ulong Magic = 0x4C4E524A53434F44; // "DOCSJRNL"
    private const int ChecksumOffset = JournalFormat.BlockBytes - 8;

    public required Guid StoreId { get; init; }

    /// <summary>Ever-increasing; the file's name is made of it.</summary>
    public required long Number { get; init; }

    /// <summary>Random; seeds the checksum of every record, so that what a recycled file held before is no record.</summary>
    public required ulong Salt { get; init; }

    /// <summary>Length of the file; every length read from the segment is bounded by it.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The log before this segment ends here: records above it in lower-numbered segments are void.</summary>
    public required long StartsAfter { get; init; }

    /// <summary>Sequence of the segment's first commit; those between it and <see cref="StartsAfter"/> are never used.</summary>
    public required long FirstSequence { get; init; }

    /// <summary>All commits up to here were synced when the segment was begun.</summary>
    public required long DurableThrough { get; init; }

    /// <summary>All commits up to here were filed when the segment was begun.</summary>
    public required long FiledThrough { get; init; }

    /// <summary>UTC, for people; nothing is decided by it.</summary>
    public required DateTime Created { get; init; }

    /// <summary>The store that this one goes on from under a new id, after a salvage for example; empty where there is none.</summary>
    public Guid PreviousStoreId { get; init; }

    /// <summary>Fills one block.</summary>
    public void Write(Span<byte> block)
    {
        block = block[..JournalFormat.BlockBytes];
        block.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(block, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], JournalFormat.Version);
        block[12] = JournalFormat.Xxh3;
        StoreId.TryWriteBytes(block[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(block[40..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], SizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(block[56..], StartsAfter);
        BinaryPrimitives.WriteInt64LittleEndian(block[64..], FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(block[72..], DurableThrough);
        BinaryPrimitives.WriteInt64LittleEndian(block[80..], FiledThrough);
        BinaryPrimitives.WriteInt64LittleEndian(block[88..], Created.Ticks);
        PreviousStoreId.TryWriteBytes(block[96..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64LittleEndian(block[ChecksumOffset..], XxHash3.HashToUInt64(block[..ChecksumOffset]));
    }

    /// <summary>Null when the block is no intact header. A header of a later version is intact and throws.</summary>
    /// <exception cref="StoreFormatException">Intact, but of a version or checksum algorithm this program does not know.</exception>
    public static SegmentHeader? TryRead(ReadOnlySpan<byte> block)
    {
        if (block.Length < JournalFormat.BlockBytes
            || BinaryPrimitives.ReadUInt64LittleEndian(block) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(block[ChecksumOffset..]) != XxHash3.HashToUInt64(block[..ChecksumOffset]))
        {
            return null;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(block[8..]);
        if (!JournalFormat.IsKnown(version) || block[12] != JournalFormat.Xxh3)
        {
            throw new StoreFormatException($"A journal segment has version {version} with checksum {block[12]}; this program knows versions up to {JournalFormat.Version}.");
        }

        var header = new SegmentHeader
        {
            StoreId = new Guid(block.Slice(16, 16), bigEndian: true),
            Number = BinaryPrimitives.ReadInt64LittleEndian(block[32..]),
            Salt = BinaryPrimitives.ReadUInt64LittleEndian(block[40..]),
            SizeBytes = BinaryPrimitives.ReadInt64LittleEndian(block[48..]),
            StartsAfter = BinaryPrimitives.ReadInt64LittleEndian(block[56..]),
            FirstSequence = BinaryPrimitives.ReadInt64LittleEndian(block[64..]),
            DurableThrough = BinaryPrimitives.ReadInt64LittleEndian(block[72..]),
            FiledThrough = BinaryPrimitives.ReadInt64LittleEndian(block[80..]),
            Created = new DateTime(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(block[88..]), 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc),
            PreviousStoreId = new Guid(block.Slice(96, 16), bigEndian: true),
        };
        return header.IsPossible ? header : null;
    }

    private bool IsPossible =>
        Number >= 1 && SizeBytes is >= JournalFormat.SegmentBytesMin and <= JournalFormat.SegmentBytesMax && SizeBytes % JournalFormat.BlockBytes == 0
        && FiledThrough >= 0 && FiledThrough <= DurableThrough && DurableThrough <= StartsAfter && StartsAfter < FirstSequence;
}
