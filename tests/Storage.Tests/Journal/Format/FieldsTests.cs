using System.IO.Hashing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Format;

/// <summary>What later versions may add to records and operations: skipped and kept, or refused before anything is written.</summary>
public sealed class FieldsTests
{
    private const ushort Ignorable = 5;
    private const ushort MustUnderstand = 0x8003;
    private const ulong Salt = 0x1122334455667788;

    [Fact]
    public void Fields_OfTwoKinds_AreFoundByKindAndNothingElseIs()
    {
        byte[] fields = [.. Field(Ignorable, "five"u8), .. Field(7, [])];

        Assert.True(Fields.AreWhole(fields, []));
        Assert.True(Fields.TryFind(fields, Ignorable, out ReadOnlySpan<byte> value));
        Assert.Equal("five"u8.ToArray(), value);
        Assert.True(Fields.TryFind(fields, 7, out value));
        Assert.Equal(0, value.Length);
        Assert.False(Fields.TryFind(fields, 6, out _));
        Assert.True(Fields.AreWhole([], []));
    }

    [Fact]
    public void Fields_OneMustBeUnderstood_IsTakenOnlyByWhoeverKnowsIt()
    {
        byte[] fields = Field(MustUnderstand, "x"u8);

        Assert.True(Fields.AreWhole(fields, [MustUnderstand]));
        _ = Assert.Throws<StoreFormatException>(() => Fields.AreWhole(fields, [Ignorable]));
    }

    [Fact]
    public void Fields_CutOffOrOutOfOrder_AreNotWhole()
    {
        byte[] fields = Field(Ignorable, "five"u8);
        for (int length = 1; length < fields.Length; length++)
        {
            Assert.False(Fields.AreWhole(fields.AsSpan(0, length), []));
        }

        Assert.False(Fields.AreWhole((byte[])[.. fields, .. fields], []));
        Assert.False(Fields.AreWhole((byte[])[.. Field(7, []), .. fields], []));
        fields.AsSpan(2, 4).Fill(0xFF);
        Assert.False(Fields.AreWhole(fields, []));
        Assert.False(Fields.TryFind(fields, Ignorable, out _));
    }

    [Fact]
    public void CommitRecord_WithFields_HasThePinnedBytes()
    {
        byte[] record = Record([.. Field(Ignorable, "five"u8), .. Field(0x8001, "\x01"u8)], Field(7, "key"u8));

        Assert.Equal(PinnedBytes.CommitRecordWithFields, Convert.ToHexString(record));
    }

    /// <summary>Format 3 to the byte, and behind a field that a later version may add.</summary>
    [Fact]
    public void CommitRecord_OfADocumentWithAnEnd_HasThePinnedBytes()
    {
        byte[] record = Record(Field(Ignorable, "five"u8), [], expires: new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(7));

        Assert.Equal(PinnedBytes.CommitRecordWithAnEnd, Convert.ToHexString(record));
        Assert.True(Operation.TryRead(record.AsSpan(RecordHeader.Bytes), out Operation operation, out _));
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(7), operation.ToInfo(9).Expires);
        Assert.Equal("1"u8.ToArray(), operation.Body);
    }

    /// <summary>An end of another length, before the calendar or behind it: never written, so never believed.</summary>
    [Theory]
    [InlineData("00000000000000")]
    [InlineData("000000000000000001")]
    [InlineData("0000000000000000")]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFF7F")]
    public void Operation_WithAnEndThatIsNone_CannotBeRead(string value)
    {
        byte[] record = Record(Field(0x8001, Convert.FromHexString(value)), []);

        Assert.False(Operation.TryRead(record.AsSpan(RecordHeader.Bytes), out _, out _));
    }

    /// <summary>A number of another length, or none: never written, so never believed.</summary>
    [Theory]
    [InlineData("01")]
    [InlineData("010000")]
    [InlineData("0000")]
    public void Operation_WithANumberOfKeptVersionsThatIsNone_CannotBeRead(string value)
    {
        byte[] record = Record(Field(0x8002, Convert.FromHexString(value)), []);

        Assert.False(Operation.TryRead(record.AsSpan(RecordHeader.Bytes), out _, out _));
    }

    [Theory]
    [InlineData("8200", true, true)]
    [InlineData("0A00", true, true)]
    [InlineData("0A00", false, false)]
    [InlineData(null, true, false)]
    public void Operation_ForAKeptVersionsFileAlone_IsCarriedAndSaysHowManyAreKept(string? keep, bool isCarried, bool isRead)
    {
        byte[] record = Record(keep is null ? [] : Field(0x8002, Convert.FromHexString(keep)), []);
        Span<byte> operation = record.AsSpan(RecordHeader.Bytes);
        Operation.MarkCarried(operation, isCarried ? 7 : 0, keepsEvidence: false, isSuperseded: true);

        Assert.Equal(isRead, Operation.TryRead(operation, out Operation read, out _));
        Assert.Equal((isRead, isRead ? 7 : 0), (read.IsSuperseded, read.CarriedVersion));
    }

    [Fact]
    public void Payload_WithFieldsThatMayBeIgnored_IsTakenApart()
    {
        byte[] operationFields = Field(Ignorable, "five"u8);
        byte[] recordFields = Field(7, "key"u8);
        byte[] record = Record(operationFields, recordFields);
        int bytes = RecordHeader.TryRead(record, Salt, record.Length)!.Value.PayloadBytes;
        byte[] payload = record[RecordHeader.Bytes..(RecordHeader.Bytes + bytes)];

        var parts = new PayloadParts(payload, 1);
        Assert.True(parts.TryNext(out Operation operation));
        Assert.Equal("1"u8.ToArray(), operation.Body);
        Assert.Equal("a"u8.ToArray(), operation.Id);
        Assert.Equal(operationFields, operation.Fields);
        Assert.False(parts.TryNext(out _));
        Assert.True(parts.TryGetFields(out ReadOnlySpan<byte> fields));
        Assert.Equal(recordFields, fields);
        Assert.False(PayloadParts.AreWhole(payload, 2, out _));
        Assert.False(PayloadParts.AreWhole(payload, 0, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_FieldThatMustBeUnderstood_IsRefusedAndNothingIsWritten(bool isOfRecord)
    {
        byte[] field = Field(MustUnderstand, "later"u8);
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id =>
            new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 1, fields: isOfRecord ? null : field, recordFields: isOfRecord ? field : null));
        disk.Disk.Write(JournalTest.PathOf("spare-9"), new byte[JournalTest.Block]); // of another length: a start would remove it
        IReadOnlyList<string> before = disk.Disk.Tree();
        int calls = disk.Log.Count;

        StoreFormatException error = Assert.Throws<StoreFormatException>(() => JournalTest.Open(disk));

        Assert.Contains("0x8003", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.Disk.Tree());
        Assert.DoesNotContain(disk.Log.Take().Skip(calls), call => call.Kind is CallKind.Write or CallKind.Rename or CallKind.Create);
        Assert.Equal(0, disk.OpenHandles);
    }

    /// <summary>The kind of a document's end is known among an operation's fields alone.</summary>
    [Fact]
    public async Task Open_KindOfAnEndAmongTheRecordsFields_IsRefused()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0, recordFields: Field(0x8001, new byte[8])));

        Assert.Contains("0x8001", Assert.Throws<StoreFormatException>(() => JournalTest.Open(disk)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FieldsThatMayBeIgnored_AreKeptWhenTheTailIsWrittenAnew()
    {
        byte[] operationFields = Field(Ignorable, "of the operation"u8);
        byte[] recordFields = Field(7, "of the record"u8);
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0, fields: operationFields, recordFields: recordFields));
        using CallGate filing = disk.BlockCall(JournalTest.IsTempCreation);
        DocumentStore store = JournalTest.Open(disk);
        Assert.Equal("{\"v\":1}", await store.ReadAsync("a"));

        byte[] rewritten = disk.Disk.Read(JournalTest.PathOf("00000002.journal"));

        Assert.DoesNotContain("00000001.journal", disk.Segments());
        RecordHeader header = RecordHeader.TryRead(rewritten.AsSpan(JournalTest.Block), SegmentHeader.TryRead(rewritten)!.Value.Salt, rewritten.Length)!.Value;
        var parts = new PayloadParts(rewritten.AsSpan(JournalTest.Block + RecordHeader.Bytes, header.PayloadBytes), header.Operations);
        Assert.True(parts.TryNext(out Operation operation));
        Assert.Equal(operationFields, operation.Fields);
        Assert.True(parts.TryGetFields(out ReadOnlySpan<byte> fields));
        Assert.Equal(recordFields, fields);
        filing.Release();
        await store.DisposeAsync();
    }

    internal static byte[] Field(ushort kind, ReadOnlySpan<byte> value)
    {
        byte[] field = new byte[Fields.Measure(value.Length)];
        Assert.Equal(field.Length, Fields.Write(field, kind, value));
        return field;
    }

    private static byte[] Record(byte[] operationFields, byte[] recordFields, DateTimeOffset? expires = null)
    {
        DocumentKey key = DocumentKey.Create("a");
        var info = new DocumentInfo
        {
            Version = 0,
            ContentType = "application/json",
            Created = DateTimeOffset.UnixEpoch,
            Modified = DateTimeOffset.UnixEpoch,
            Length = 1,
            Expires = expires,
            Sha256 = Sha256Digest.Of("1"u8),
        };
        var commit = new Commit(Commit.MeasurePut(key, info, 1, operationFields.Length) + recordFields.Length, 1);
        commit.AddPut(key, info, keepsEvidence: false, "1"u8, operationFields);
        commit.AddFields(recordFields);
        commit.Close();
        Assert.Equal(XxHash3.HashToUInt64(commit.Payload), commit.PayloadHash);
        byte[] record = new byte[commit.RecordBytes];
        new RecordHeader
        {
            Type = RecordType.Commit,
            PayloadBytes = commit.PayloadBytes,
            Operations = 1,
            Sequence = 9,
            DurableThrough = 8,
            FiledThrough = 7,
            PayloadHash = commit.PayloadHash,
        }.Write(record, Salt);
        commit.Payload.CopyTo(record.AsSpan(RecordHeader.Bytes));
        return record;
    }
}
