using System.Buffers.Binary;
using System.IO.Hashing;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>The first block of a requests file.</summary>
/// <remarks>Written and synced before the file gets its final name; never written again.</remarks>
internal readonly record struct RequestFileHeader
{
    /// <summary>Entries begin behind it. Batches begin on multiples of it, so that no byte of a synced block is ever written again.</summary>
    public const int Bytes = 4096;

    private const uint Magic = 0x46524344; // "DCRF"
    private const int Version = 1;
    private const int UsedBytes = 64;

    /// <summary>Ever-increasing; the file's name is made of it.</summary>
    public required long Number { get; init; }

    /// <summary>The file with the number before was synced up to here: all of it that counts. 0 where there was none.</summary>
    public required long PreviousLength { get; init; }

    /// <summary>How many entries that are no seals it has up to there.</summary>
    public required int PreviousEntries { get; init; }

    /// <summary>Chains of the file: a power of two.</summary>
    public required int Chains { get; init; }

    /// <summary>How long the store had been running when the file was begun, all starts together.</summary>
    public required TimeSpan Running { get; init; }

    /// <summary>UTC, for people; nothing is decided by it.</summary>
    public required DateTime Created { get; init; }

    public void Write(Span<byte> block)
    {
        block = block[..Bytes];
        block.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], Magic);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], PreviousLength);
        BinaryPrimitives.WriteInt32LittleEndian(block[32..], PreviousEntries);
        BinaryPrimitives.WriteInt32LittleEndian(block[36..], Chains);
        BinaryPrimitives.WriteInt64LittleEndian(block[40..], Running.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], Created.Ticks);
        BinaryPrimitives.WriteUInt64LittleEndian(block, XxHash3.HashToUInt64(block[8..UsedBytes]));
    }

    /// <summary>Null when the block is no intact header of the file with that number.</summary>
    /// <exception cref="StoreFormatException">It was written by a later version.</exception>
    public static RequestFileHeader? TryRead(ReadOnlySpan<byte> block, long number)
    {
        if (block.Length < UsedBytes || BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(block) != XxHash3.HashToUInt64(block[8..UsedBytes]))
        {
            return null;
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(block[12..]);
        if (version != Version)
        {
            throw new StoreFormatException($"A requests file has version {version}; this program knows {Version}.");
        }

        var header = new RequestFileHeader
        {
            Number = BinaryPrimitives.ReadInt64LittleEndian(block[16..]),
            PreviousLength = BinaryPrimitives.ReadInt64LittleEndian(block[24..]),
            PreviousEntries = BinaryPrimitives.ReadInt32LittleEndian(block[32..]),
            Chains = BinaryPrimitives.ReadInt32LittleEndian(block[36..]),
            Running = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(block[40..])),
            Created = new DateTime(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(block[48..]), 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc),
        };
        return header.Number == number && header.Chains is > 0 and <= RequestFile.ChainsMax && (header.Chains & (header.Chains - 1)) == 0 ? header : null;
    }
}
