using System.Buffers.Binary;
using System.IO.Hashing;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>What an entry of a requests file is.</summary>
internal enum RequestEntryKind : byte
{
    /// <summary>A request that was carried out.</summary>
    Request = 1,

    /// <summary>All entries before it are synced.</summary>
    Seal = 2,

    /// <summary>A commit that cannot be read any more: the key of its request, if it had one, is lost.</summary>
    Lost = 3,

    /// <summary>Files before this one have requests of commits above this sequence, and the journal no longer has those commits.</summary>
    Void = 4,
}

/// <summary>One entry of a requests file. docs/on-disk-format.md draws it to the byte and must match.</summary>
/// <remarks>Codec on spans, no I/O. Its checksum is seeded with the file's number and covers all else.</remarks>
internal readonly record struct RequestEntry
{
    /// <summary>Length of a seal, and of what every entry begins with.</summary>
    public const int FixedBytes = 48;

    /// <summary>Entries begin on multiples of this. Places are told in it.</summary>
    public const int Alignment = 8;

    private const uint Magic = 0x51524344; // "DCRQ"
    private const int RequestBytes = 112;

    public required RequestEntryKind Kind { get; init; }

    /// <summary>Length without padding.</summary>
    public required int Bytes { get; init; }

    /// <summary>Where the entry before it in its chain is; 0: there is none.</summary>
    public required long Previous { get; init; }

    /// <summary>The file was synced up to here when the entry was written.</summary>
    public required long DurableThrough { get; init; }

    /// <summary>How long the store had been running then, all starts together.</summary>
    public required TimeSpan Running { get; init; }

    /// <summary>Of the commit; 0 in a seal.</summary>
    public required long Sequence { get; init; }

    /// <summary>How many entries that are no seals lie before <see cref="DurableThrough"/>.</summary>
    public required int SyncedEntries { get; init; }

    public int PaddedBytes => Align(Bytes);

    public static int Align(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Length of the entry of a request.</summary>
    public static int Measure(KnownRequest request) => RequestBytes + RequestResults.Measure(request.Results, isBesideOperations: false);

    /// <summary>Encodes the entry, with what it remembers unless it is a seal. The padding is the caller's.</summary>
    public void Write(Span<byte> destination, long file, KnownRequest? request)
    {
        destination = destination[..Bytes];
        destination.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Magic);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], checked((uint)(Previous / Alignment)));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], checked((uint)(DurableThrough / Alignment)));
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Running.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(destination[40..], SyncedEntries);
        destination[44] = (byte)Kind;
        if (request is not null)
        {
            request.Key.CopyTo(destination[48..]);
            request.Fingerprint.CopyTo(destination[80..]);
            RequestResults.Write(destination[RequestBytes..], request.Results, isBesideOperations: false);
            BinaryPrimitives.WriteUInt16LittleEndian(destination[46..], (ushort)request.Results.Count);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination, Checksum(destination, file));
    }

    /// <summary>The length that the bytes claim to have; 0 where no entry begins. Nothing of it is verified.</summary>
    public static int ClaimedBytes(ReadOnlySpan<byte> source) =>
        source.Length >= FixedBytes && BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) == Magic ? BinaryPrimitives.ReadInt32LittleEndian(source[12..]) : 0;

    /// <summary>Null when the bytes do not begin with an intact entry of that file.</summary>
    public static RequestEntry? TryRead(ReadOnlySpan<byte> source, long file)
    {
        int bytes = ClaimedBytes(source);
        if (bytes < FixedBytes || bytes > source.Length || BinaryPrimitives.ReadUInt64LittleEndian(source) != Checksum(source[..bytes], file)
            || (source[44] != (byte)RequestEntryKind.Seal && bytes < RequestBytes))
        {
            return null;
        }

        return new RequestEntry
        {
            Kind = (RequestEntryKind)source[44],
            Bytes = bytes,
            Previous = BinaryPrimitives.ReadUInt32LittleEndian(source[16..]) * (long)Alignment,
            DurableThrough = BinaryPrimitives.ReadUInt32LittleEndian(source[20..]) * (long)Alignment,
            Running = new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(source[24..])),
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            SyncedEntries = BinaryPrimitives.ReadInt32LittleEndian(source[40..]),
        };
    }

    /// <summary>The key of an intact entry that is no seal.</summary>
    public static Sha256Digest KeyOf(ReadOnlySpan<byte> source) => new(source.Slice(48, Sha256Digest.Bytes));

    /// <summary>The request of an intact entry; null when it cannot be taken apart.</summary>
    public KnownRequest? ToRequest(ReadOnlySpan<byte> source)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(source[46..]);
        return Kind == RequestEntryKind.Request && RequestResults.TryRead(source[RequestBytes..Bytes], count, written: null) is { } results
            ? new KnownRequest(KeyOf(source), new Sha256Digest(source.Slice(80, Sha256Digest.Bytes)), results) { Sequence = Sequence }
            : null;
    }

    private static ulong Checksum(ReadOnlySpan<byte> entry, long file) => XxHash3.HashToUInt64(entry[8..], file);
}
