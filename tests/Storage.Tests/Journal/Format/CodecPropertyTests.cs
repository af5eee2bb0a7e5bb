using CsCheck;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Tests.Journal.Format;

/// <summary>What is encoded is what is decoded, and one bit less is noticed: for any values, shrunk to the smallest that fails.</summary>
/// <remarks>New values each time. A failure prints its seed, with which (seed: "…") the same values come again.</remarks>
public sealed class CodecPropertyTests
{
    private const long SegmentBytesMax = 1L << 31;

    private static readonly Gen<long> Ticks = Gen.Long[0, DateTime.MaxValue.Ticks];

    private static readonly Gen<RecordHeader> Headers =
        from type in Gen.Enum<RecordType>()
        from payloadBytes in Gen.Int[0, int.MaxValue - RecordHeader.Bytes]
        from operations in Gen.Int[1, int.MaxValue]
        from marks in Gen.Long[0, long.MaxValue].Array[3]
        from hash in Gen.ULong
        let ordered = marks.Order().ToArray()
        select new RecordHeader
        {
            Type = type,
            PayloadBytes = payloadBytes,
            Operations = type == RecordType.Commit ? operations : 0,
            FiledThrough = ordered[0],
            DurableThrough = ordered[1],
            Sequence = ordered[2],
            PayloadHash = hash,
        };

    private static readonly Gen<DocumentKey> Keys = Gen.String[1, 40]
        .Where(id => DocumentKey.TryCreate(id, out _, out _))
        .Select(DocumentKey.Create);

    private static readonly Gen<DocumentInfo> Infos =
        from type in Gen.Char['!', '~'].Array[1, 30]
        from created in Ticks
        from modified in Ticks
        from digest in Gen.Byte.Array[Sha256Digest.Bytes]
        from end in Ticks
        from ends in Gen.Bool
        from keep in Gen.UShort[0, 3]
        select new DocumentInfo
        {
            Version = 1,
            ContentType = new string(type),
            Created = new DateTime(created, DateTimeKind.Utc),
            Modified = new DateTime(modified, DateTimeKind.Utc),
            Length = 0,
            Keep = keep,
            Expires = ends ? new DateTime(end, DateTimeKind.Utc) : null,
            Sha256 = new Sha256Digest(digest),
        };

    [Fact]
    public void RecordHeader_WrittenAndRead_IsTheSame() =>
        Gen.Select(Headers, Gen.ULong).Sample((header, salt) =>
        {
            byte[] bytes = new byte[RecordHeader.Bytes];
            header.Write(bytes, salt);
            Assert.Equal(header, RecordHeader.TryRead(bytes, salt, SegmentBytesMax));
        });

    [Fact]
    public void RecordHeader_OneBitFlipped_IsNone() =>
        Gen.Select(Headers, Gen.ULong, Gen.Int[0, RecordHeader.Bytes * 8 - 1]).Sample((header, salt, bit) =>
        {
            byte[] bytes = new byte[RecordHeader.Bytes];
            header.Write(bytes, salt);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(RecordHeader.TryRead(bytes, salt, SegmentBytesMax));
        });

    [Fact]
    public void RecordHeader_OfAnotherSegment_IsNone() =>
        Gen.Select(Headers, Gen.ULong, Gen.ULong).Where((header, salt, other) => salt != other).Sample((header, salt, other) =>
        {
            byte[] bytes = new byte[RecordHeader.Bytes];
            header.Write(bytes, salt);
            Assert.Null(RecordHeader.TryRead(bytes, other, SegmentBytesMax));
        });

    [Fact]
    public void Put_WrittenAndRead_IsTheSame() =>
        Gen.Select(Keys, Infos, Gen.Bool, Gen.ULong, Gen.Byte.Array[0, 300]).Sample((key, info, keepsEvidence, hash, body) =>
        {
            int idBytes = System.Text.Encoding.UTF8.GetByteCount(key.Id);
            byte[] bytes = new byte[Operation.Measure(idBytes, info.ContentType.Length, body.Length, Operation.MeasureFields(info))];
            Assert.Equal(bytes.Length, Operation.WritePut(bytes, key, info, keepsEvidence, hash, body));

            Assert.True(Operation.TryRead(bytes, out Operation operation, out int paddedBytes));
            Assert.Equal(bytes.Length, paddedBytes);
            Assert.Equal((OperationKind.Put, keepsEvidence, hash), (operation.Kind, operation.KeepsEvidence, operation.BodyHash));
            Assert.Equal(key.Id, System.Text.Encoding.UTF8.GetString(operation.Id));
            Assert.Equal(info with { Version = 9, Length = body.Length }, operation.ToInfo(9));
            Assert.Equal(body, operation.Body.ToArray());
        });

    /// <summary>Bytes from disk are never trusted: whatever stands there is decoded within its bounds, or refused.</summary>
    [Fact]
    public void Operation_AnyBytes_AreReadWithinTheirBoundsOrRefused() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            if (bytes.Length > 3)
            {
                bytes[0] = (byte)(bytes[0] % 2 + 1); // a kind that exists, else nearly nothing gets further
                bytes[3] = 0;
            }

            if (Operation.TryRead(bytes, out Operation operation, out int paddedBytes))
            {
                Assert.InRange(paddedBytes, 1, bytes.Length);
                Assert.True(operation.Id.Length + operation.ContentType.Length + operation.Body.Length <= bytes.Length);
            }
        });
}
