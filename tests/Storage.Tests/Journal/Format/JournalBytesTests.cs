using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Format;

/// <summary>The bytes of the format, pinned, and that nothing but those bytes is read.</summary>
public sealed class JournalBytesTests
{
    private const ulong Salt = 0x1122334455667788;

    private static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static readonly SegmentHeader Header = new()
    {
        StoreId = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        Number = 7,
        Salt = Salt,
        SizeBytes = 65536,
        StartsAfter = 100,
        FirstSequence = 105,
        DurableThrough = 99,
        FiledThrough = 98,
        Created = Time.UtcDateTime,
        PreviousStoreId = Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"),
    };

    [Fact]
    public void SegmentHeader_FixedInput_HasThePinnedBytes()
    {
        byte[] block = new byte[JournalFormat.BlockBytes];
        Header.Write(block);

        Assert.Equal(PinnedBytes.SegmentHeader, Convert.ToHexString(block.AsSpan(0, 112)));
        Assert.Equal(-1, block.AsSpan(112, block.Length - 112 - 8).IndexOfAnyExcept((byte)0));
        Assert.Equal(PinnedBytes.SegmentHeaderChecksum, Convert.ToHexString(block.AsSpan(block.Length - 8)));
        Assert.Equal(Header, SegmentHeader.TryRead(block));
    }

    [Fact]
    public void SegmentHeader_OfFormat2_IsRead()
    {
        byte[] block = new byte[JournalFormat.BlockBytes];
        Convert.FromHexString(PinnedBytes.SegmentHeaderOfFormat2).CopyTo(block, 0);
        Convert.FromHexString(PinnedBytes.SegmentHeaderChecksumOfFormat2).CopyTo(block, block.Length - 8);

        Assert.Equal(Header with { PreviousStoreId = Guid.Empty }, SegmentHeader.TryRead(block));
    }

    /// <summary>A copy has the bytes of the first record, but for the version and the flag that says so.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operation_CarriedForward_TellsItsVersionAndAllElseAsBefore(bool keepsEvidence)
    {
        byte[] first = CommitRecord()[RecordHeader.Bytes..];
        byte[] copy = [.. first];
        Operation.MarkCarried(copy, 0x0102030405, keepsEvidence);
        int[] changed = [.. Enumerable.Range(0, first.Length).Where(index => first[index] != copy[index])];

        Assert.Equal(keepsEvidence ? [1, 3, 16, 17, 18, 19, 20] : [3, 16, 17, 18, 19, 20], changed.Where(index => index != 1 || first[1] == 0));
        Assert.Equal((1, 5, 1), (copy[3], copy[16], copy[20]));
        Assert.True(Operation.TryRead(copy, out Operation operation, out int bytes));
        Assert.True(Operation.TryRead(first, out Operation before, out int bytesBefore));
        Assert.Equal((0x0102030405, 105, bytesBefore), (operation.VersionIn(105_000_000_000), before.VersionIn(105), bytes));
        Assert.True(operation.Id.SequenceEqual(before.Id) && operation.Body.SequenceEqual(before.Body) && operation.Sha256 == before.Sha256);
        Assert.Equal(keepsEvidence || before.KeepsEvidence, operation.KeepsEvidence);
    }

    [Fact]
    public void CommitRecord_PutAndDelete_HaveThePinnedBytesAndAreReadBack()
    {
        byte[] record = CommitRecord();

        Assert.Equal(PinnedBytes.CommitRecord, Convert.ToHexString(record));
        RecordHeader header = RecordHeader.TryRead(record, Salt, 65536)!.Value;
        Assert.Equal((RecordType.Commit, 2, 105L, 104L, 103L), (header.Type, header.Operations, header.Sequence, header.DurableThrough, header.FiledThrough));
        ReadOnlySpan<byte> payload = record.AsSpan(RecordHeader.Bytes);
        Assert.Equal(XxHash3.HashToUInt64(payload), header.PayloadHash);
        Assert.True(Operation.TryRead(payload, out Operation put, out int putBytes));
        Assert.Equal((OperationKind.Put, false, "users/42", "application/json", "{\"a\":1}"), (put.Kind, put.KeepsEvidence, Text(put.Id), Text(put.ContentType), Text(put.Body)));
        Assert.Equal((Time.UtcDateTime, Time.UtcDateTime.AddSeconds(1)), (put.Created, put.Modified));
        Assert.True(put.IsBodyIntact());
        Assert.Equal(Sha256Digest.Of("{\"a\":1}"u8), put.Sha256);
        Assert.True(Operation.TryRead(payload[putBytes..], out Operation delete, out int deleteBytes));
        Assert.Equal((OperationKind.Delete, true, "ключ", Time.UtcDateTime), (delete.Kind, delete.KeepsEvidence, Text(delete.Id), delete.Modified));
        Assert.Equal(payload.Length, putBytes + deleteBytes);
    }

    [Theory]
    [InlineData(RecordType.Seal, PinnedBytes.Seal)]
    [InlineData(RecordType.CleanStop, PinnedBytes.CleanStop)]
    internal void Seal_FixedInput_HasThePinnedBytesAndIsReadBack(RecordType type, string pinned)
    {
        using IDirectory root = new SimulatedFileSystem().TryOpenDirectory("/")!;
        using IFile file = root.Create("segment");
        long end = new GroupBuffer().WriteSeal(file, JournalFormat.BlockBytes, type, 200, new Watermarks(105, 103), Salt);
        byte[] seal = new byte[JournalFormat.BlockBytes];
        file.Read(seal, JournalFormat.BlockBytes);

        Assert.Equal(2 * JournalFormat.BlockBytes, end);
        Assert.Equal(pinned, Convert.ToHexString(seal.AsSpan(0, RecordHeader.Bytes)));
        Assert.Equal(-1, seal.AsSpan(RecordHeader.Bytes).IndexOfAnyExcept((byte)0));
        RecordHeader header = RecordHeader.TryRead(seal, Salt, 65536)!.Value;
        Assert.Equal((type, 0, 0, 200L, 105L, 103L), (header.Type, header.PayloadBytes, header.Operations, header.Sequence, header.DurableThrough, header.FiledThrough));
    }

    [Fact]
    public void SegmentHeader_EveryBitFlipped_IsNotRead()
    {
        byte[] block = new byte[JournalFormat.BlockBytes];
        Header.Write(block);
        for (int bit = 0; bit < block.Length * 8; bit++)
        {
            block[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(SegmentHeader.TryRead(block));
            block[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.NotNull(SegmentHeader.TryRead(block));
    }

    [Fact]
    public void RecordHeader_EveryBitFlipped_IsNotRead()
    {
        byte[] record = CommitRecord();
        for (int bit = 0; bit < RecordHeader.Bytes * 8; bit++)
        {
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(RecordHeader.TryRead(record, Salt, 65536));
            record[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.NotNull(RecordHeader.TryRead(record, Salt, 65536));
        Assert.Null(RecordHeader.TryRead(record, Salt ^ 1, 65536));
    }

    [Fact]
    public void Scan_EveryBitOfARecordFlipped_IsNeverARecord()
    {
        byte[] good = [.. new SegmentForge(Header.StoreId, 1).Put(1, "a", 0).Bytes];
        int recordBytes = RecordHeader.Bytes + RecordHeader.TryRead(good.AsSpan(JournalFormat.BlockBytes), SegmentHeader.TryRead(good)!.Value.Salt, good.Length)!.Value.PayloadBytes;
        Assert.Single(Scan(good).Records);
        for (int bit = 0; bit < recordBytes * 8; bit++)
        {
            int at = JournalFormat.BlockBytes + (bit / 8);
            good[at] ^= (byte)(1 << (bit % 8));
            Assert.Empty(Scan(good).Records);
            good[at] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(12, 9)] // a type unknown
    [InlineData(13, 2)] // a checksum unknown
    [InlineData(15, 1)] // a flag that must be understood
    [InlineData(15, 0x80)]
    public void RecordHeader_IntactButOfALaterVersion_IsRefused(int offset, byte value)
    {
        byte[] record = CommitRecord();
        record[offset] = value;
        RecordBytes.Resign(record, Salt);

        _ = Assert.Throws<StoreFormatException>(() => RecordHeader.TryRead(record, Salt, 65536));
    }

    [Fact]
    public void RecordHeader_UnknownFlagThatMayBeIgnored_IsRead()
    {
        byte[] record = CommitRecord();
        record[14] = 0xFF;
        RecordBytes.Resign(record, Salt);

        Assert.Equal(105, RecordHeader.TryRead(record, Salt, 65536)!.Value.Sequence);
    }

    [Theory]
    [InlineData(8, 2)] // version
    [InlineData(8, 4)]
    [InlineData(12, 2)] // checksum
    public void SegmentHeader_IntactButOfALaterVersion_IsRefused(int offset, byte value)
    {
        byte[] block = new byte[JournalFormat.BlockBytes];
        Header.Write(block);
        block[offset] = value;
        RecordBytes.ResignSegment(block);

        _ = Assert.Throws<StoreFormatException>(() => SegmentHeader.TryRead(block));
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(3, 4)]
    public void Operation_ThatMustBeUnderstoodAndIsNot_IsRefused(int offset, byte value)
    {
        byte[] payload = CommitRecord()[RecordHeader.Bytes..];
        payload[offset] = value;

        _ = Assert.Throws<StoreFormatException>(() => Operation.TryRead(payload, out _, out _));
    }

    [Theory]
    [InlineData(4)] // id
    [InlineData(6)] // type
    [InlineData(8)] // optional part
    [InlineData(12)] // body
    public void Operation_LengthBehindTheEnd_IsNotRead(int offset)
    {
        byte[] payload = CommitRecord()[RecordHeader.Bytes..];
        payload[offset] = 0xFF;
        payload[offset + 1] = 0xFF;
        Assert.False(Operation.TryRead(payload, out _, out _));
        if (offset >= 8)
        {
            payload.AsSpan(offset, 4).Fill(0xFF);
            Assert.False(Operation.TryRead(payload, out _, out _));
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(65536)]
    public void RecordHeader_ImpossibleLengthWithARightChecksum_IsNotRead(int length)
    {
        byte[] record = CommitRecord();
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), length);
        RecordBytes.Resign(record, Salt);

        Assert.Null(RecordHeader.TryRead(record, Salt, 65536 - JournalFormat.BlockBytes));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData((1L << 30) + 4096)]
    public void Scan_ImpossibleSizeWithARightChecksum_IsNoSegmentAndAllocatesNothing(long size)
    {
        byte[] segment = [.. new SegmentForge(Header.StoreId, 1).Put(1, "a", 0).Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(segment.AsSpan(48), size);
        RecordBytes.ResignSegment(segment);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Scan(segment).Header);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Scan_SizeInTheHeaderLargerThanTheFile_AllocatesNoMoreThanTheFile()
    {
        byte[] segment = [.. new SegmentForge(Header.StoreId, 1).Put(1, "a", 0).Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(segment.AsSpan(48), JournalFormat.SegmentBytesMax);
        RecordBytes.ResignSegment(segment);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Single(Scan(segment).Records);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory]
    [InlineData(4096, false, true)]
    [InlineData(1 << 20, false, true)]
    [InlineData((1 << 20) + 4096, false, false)]
    [InlineData((1 << 20) + 4096, true, true)]
    public void Scan_RecordFarBehindACleanStop_IsFoundWithinAMiBOrWhenAllIsRead(int distance, bool isWhole, bool isFound)
    {
        SegmentForge forge = new SegmentForge(Header.StoreId, 1).Put(1, "a", 0).Seal(1, 1, 1, RecordType.CleanStop).Put(2, "b", 1, filed: 1);
        byte[] segment = new byte[4 << 20];
        ReadOnlySpan<byte> block = forge.Bytes.Slice(forge.OffsetOf(2), JournalFormat.BlockBytes);
        forge.Bytes[..forge.OffsetOf(2)].CopyTo(segment);
        int stop = forge.OffsetOf(2) - JournalFormat.BlockBytes;
        block.CopyTo(segment.AsSpan((int)JournalFormat.BlockAlign(stop + RecordHeader.Bytes + distance - JournalFormat.BlockBytes)));
        BinaryPrimitives.WriteInt64LittleEndian(segment.AsSpan(48), segment.Length);
        RecordBytes.ResignSegment(segment);

        JournalScan scan = Scan(segment, isWhole);

        Assert.Equal(isFound ? [1L, 1L, 2L] : [1L, 1L], scan.Records.Select(record => record.Sequence));
    }

    private static byte[] CommitRecord()
    {
        var commit = new Commit(1024, 2);
        var info = new DocumentInfo
        {
            Version = 0,
            ContentType = "application/json",
            Created = Time,
            Modified = Time.AddSeconds(1),
            Length = 7,
            Sha256 = Sha256Digest.Of("{\"a\":1}"u8),
        };
        commit.AddPut(DocumentKey.Create("users/42"), info, keepsEvidence: false, "{\"a\":1}"u8);
        commit.AddDelete(DocumentKey.Create("ключ"), Time, keepsEvidence: true);
        commit.Close();
        byte[] record = new byte[commit.RecordBytes];
        new RecordHeader
        {
            Type = RecordType.Commit,
            PayloadBytes = commit.PayloadBytes,
            Operations = 2,
            Sequence = 105,
            DurableThrough = 104,
            FiledThrough = 103,
            PayloadHash = commit.PayloadHash,
        }.Write(record, Salt);
        commit.Payload.CopyTo(record.AsSpan(RecordHeader.Bytes));
        return record;
    }

    private static JournalScan Scan(byte[] segment, bool isWhole = false)
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/j");
        disk.Disk.Write("/j/00000001.journal", segment);
        using IDirectory directory = disk.TryOpenDirectory("/j")!;
        using IFile file = directory.TryOpen("00000001.journal", FileAccess.Read)!;
        byte[] buffer = [];
        return JournalScan.Read(file, "00000001.journal", new Lineage(Header.StoreId), isWhole, ref buffer);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
