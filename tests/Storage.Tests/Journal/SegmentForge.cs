using System.IO.Hashing;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Journal;

/// <summary>How a record or header is made bad.</summary>
public enum BadForm
{
    /// <summary>The file ends inside of it.</summary>
    CutOff,

    /// <summary>Its blocks were never written.</summary>
    Zeros,

    /// <summary>Its blocks hold something else.</summary>
    Garbage,

    /// <summary>An intact record of what the file was before it was recycled.</summary>
    OtherSalt,

    /// <summary>One bit of the payload.</summary>
    Payload,

    /// <summary>One bit of the length.</summary>
    Length,
}

/// <summary>Writes a segment record by record, with whatever watermarks and damage a test needs.</summary>
/// <remarks>Owns: the bytes. Each record stands in a group of its own unless it joins the one before.</remarks>
internal sealed class SegmentForge
{
    private const int Seed = 20260417;
    private readonly byte[] _bytes = new byte[JournalTest.SegmentBytes];
    private readonly Dictionary<long, int> _offsets = [];
    private int _groupEnd = JournalFormat.BlockBytes;
    private int _recordEnd = JournalFormat.BlockBytes;
    private int _length = JournalTest.SegmentBytes;

    public SegmentForge(Guid storeId, long number, long startsAfter = 0, long? first = null, long? durable = null, long filed = 0)
    {
        Header = new SegmentHeader
        {
            StoreId = storeId,
            Number = number,
            Salt = 0x5EED_0000_0000_0000 + (ulong)number,
            SizeBytes = JournalTest.SegmentBytes,
            StartsAfter = startsAfter,
            FirstSequence = first ?? startsAfter + 1,
            DurableThrough = durable ?? startsAfter,
            FiledThrough = filed,
            Created = DateTime.UnixEpoch,
        };
        Header.Write(_bytes);
    }

    public SegmentHeader Header { get; }

    public string Name => Segment.NameOf(Header.Number);

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public int OffsetOf(long sequence) => _offsets[sequence];

    public SegmentForge Put(long sequence, string id, long durable, long filed = 0, bool joins = false, string? json = null, byte[]? fields = null, byte[]? recordFields = null)
    {
        DocumentContent content = TestDocuments.Content(json ?? $"{{\"v\":{sequence}}}");
        DocumentKey key = DocumentKey.Create(id);
        var info = new DocumentInfo
        {
            Version = 0,
            ContentType = content.ContentType,
            Created = DateTime.UnixEpoch,
            Modified = DateTime.UnixEpoch,
            Length = content.Body.Length,
            Sha256 = content.Sha256,
        };
        var commit = new Commit(Commit.MeasurePut(key, info, content.Body.Length, fields?.Length ?? 0) + (recordFields?.Length ?? 0), 1);
        commit.AddPut(key, info, keepsEvidence: false, content.Body.Span, fields);
        commit.AddFields(recordFields);
        return Add(commit, sequence, durable, filed, joins);
    }

    public SegmentForge Delete(long sequence, string id, long durable, long filed = 0, bool joins = false)
    {
        DocumentKey key = DocumentKey.Create(id);
        var commit = new Commit(Commit.MeasureDelete(key), 1);
        commit.AddDelete(key, DateTimeOffset.UnixEpoch, keepsEvidence: false);
        return Add(commit, sequence, durable, filed, joins);
    }

    public SegmentForge Seal(long sequence, long durable, long filed, RecordType type = RecordType.Seal)
    {
        Write(type, 0, [], sequence, durable, filed, joins: false);
        return this;
    }

    /// <summary>Damages the record of that sequence.</summary>
    public SegmentForge Spoil(long sequence, BadForm form)
    {
        int offset = _offsets[sequence];
        Span<byte> record = _bytes.AsSpan(offset, JournalFormat.BlockBytes - (offset % JournalFormat.BlockBytes));
        switch (form)
        {
            case BadForm.CutOff:
                _length = offset + RecordHeader.Bytes + 3;
                break;
            case BadForm.Zeros:
                record.Clear();
                break;
            case BadForm.Garbage:
                new Random(Seed).NextBytes(record);
                break;
            case BadForm.OtherSalt:
                RecordHeader.TryRead(record, Header.Salt, Header.SizeBytes)!.Value.Write(record, Header.Salt + 1);
                break;
            case BadForm.Payload:
                record[RecordHeader.Bytes + 90] ^= 4;
                break;
            case BadForm.Length:
                record[16 + 2] ^= 0x40;
                break;
        }

        return this;
    }

    public SegmentForge SpoilHeader()
    {
        _bytes[60] ^= 1;
        return this;
    }

    private SegmentForge Add(Commit commit, long sequence, long durable, long filed, bool joins)
    {
        commit.Close();
        _offsets[sequence] = Write(RecordType.Commit, commit.Places.Length, commit.Payload, sequence, durable, filed, joins);
        commit.ReleasePayload();
        return this;
    }

    private int Write(RecordType type, int operations, ReadOnlySpan<byte> payload, long sequence, long durable, long filed, bool joins)
    {
        int offset = joins ? _recordEnd : _groupEnd;
        var header = new RecordHeader
        {
            Type = type,
            PayloadBytes = payload.Length,
            Operations = operations,
            Sequence = sequence,
            DurableThrough = durable,
            FiledThrough = filed,
            PayloadHash = XxHash3.HashToUInt64(payload),
        };
        header.Write(_bytes.AsSpan(offset), Header.Salt);
        payload.CopyTo(_bytes.AsSpan(offset + RecordHeader.Bytes));
        _recordEnd = offset + header.PaddedBytes;
        _groupEnd = (int)JournalFormat.BlockAlign(_recordEnd);
        return offset;
    }
}
