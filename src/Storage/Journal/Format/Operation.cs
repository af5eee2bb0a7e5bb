using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace DocService.Storage.Journal.Format;

/// <summary>
/// One operation of a commit, with everything that filing it takes: filing is a function of the record alone.
/// </summary>
/// <remarks>Codec on spans, no I/O. The version is the commit's sequence, which is in the record's header.</remarks>
internal readonly ref struct Operation
{
    /// <summary>Length of the fixed part.</summary>
    private const int FixedBytes = 80;

    /// <summary>Kind of the field that holds a document's end: 8 bytes, in units of 100 ns since 0001-01-01 (UTC). Only a put has it.</summary>
    private const ushort ExpiresField = 0x8001;

    /// <summary>Kind of the field that says how many versions a put keeps: 2 bytes, at least 1. Only a put has it.</summary>
    private const ushort KeepField = 0x8002;

    private const byte CarriedFlag = 1; // of those that a reader must understand
    private const byte SupersededFlag = 2; // only of what is carried forward

    public required OperationKind Kind { get; init; }

    /// <summary>The file under the document's name could not be read, so filing keeps it in quarantine.</summary>
    public required bool KeepsEvidence { get; init; }

    /// <summary>0, or the version that the operation makes in place of the record's sequence: it is a copy of that version's record, carried forward.</summary>
    public required long CarriedVersion { get; init; }

    /// <summary>Of a put that is carried forward: it makes a kept version and nothing else. Of the document there may be a later one.</summary>
    public required bool IsSuperseded { get; init; }

    public required ReadOnlySpan<byte> Id { get; init; }

    /// <summary>Of a put, else empty.</summary>
    public required ReadOnlySpan<byte> ContentType { get; init; }

    public required DateTime Created { get; init; }

    public required DateTime Modified { get; init; }

    /// <summary>Of a put: the document's end; null where it has none.</summary>
    public required DateTime? Expires { get; init; }

    /// <summary>Of a put: how many versions it keeps, its own counted in; 0 where it is not kept.</summary>
    public required ushort Keep { get; init; }

    public required Sha256Digest Sha256 { get; init; }

    /// <summary>XXH3 of the body, seed 0: the one of the document's file.</summary>
    public required ulong BodyHash { get; init; }

    public required ReadOnlySpan<byte> Body { get; init; }

    /// <summary>Optional ones, known and unknown, encoded: see <see cref="Format.Fields"/>.</summary>
    public required ReadOnlySpan<byte> Fields { get; init; }

    /// <summary>Kinds of fields of an operation that this program knows.</summary>
    private static ReadOnlySpan<ushort> KnownFields => [ExpiresField, KeepField];

    /// <summary>Room among the fields that all of a put's take at most.</summary>
    public static int FieldsBytesMax => Format.Fields.Measure(sizeof(long)) + Format.Fields.Measure(sizeof(ushort));

    /// <summary>Room that they take for this document.</summary>
    public static int MeasureFields(DocumentInfo info) =>
        (info.Expires is null ? 0 : Format.Fields.Measure(sizeof(long))) + (info.Keep == 0 ? 0 : Format.Fields.Measure(sizeof(ushort)));

    /// <summary>Length of the encoded operation, padded.</summary>
    public static int Measure(int idBytes, int contentTypeBytes, int bodyBytes, int fieldsBytes = 0) =>
        JournalFormat.Align(FixedBytes + idBytes + contentTypeBytes + fieldsBytes + bodyBytes);

    /// <summary>Encodes a put; returns its padded length. The fields are encoded already; what the document has of an end and of kept versions is put behind them.</summary>
    public static int WritePut(
        Span<byte> destination, DocumentKey key, DocumentInfo info, bool keepsEvidence, ulong bodyHash, ReadOnlySpan<byte> body, ReadOnlySpan<byte> fields = default)
    {
        int idBytes = Encoding.UTF8.GetBytes(key.Id, destination[FixedBytes..]);
        int typeBytes = Encoding.ASCII.GetBytes(info.ContentType, destination[(FixedBytes + idBytes)..]);
        int fieldsBytes = fields.Length + MeasureFields(info);
        WriteFixed(destination, OperationKind.Put, keepsEvidence, idBytes, typeBytes, fieldsBytes, body.Length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], info.Created.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], info.Modified.UtcTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], bodyHash);
        info.Sha256.CopyTo(destination.Slice(48, Sha256Digest.Bytes));
        int length = FixedBytes + idBytes + typeBytes;
        fields.CopyTo(destination[length..]);
        length += fields.Length;
        if (info.Expires is { } expires)
        {
            Span<byte> ticks = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(ticks, expires.UtcTicks);
            length += Format.Fields.Write(destination[length..], ExpiresField, ticks);
        }

        if (info.Keep > 0)
        {
            Span<byte> keep = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16LittleEndian(keep, info.Keep);
            length += Format.Fields.Write(destination[length..], KeepField, keep);
        }

        body.CopyTo(destination[length..]);
        return Pad(destination, length + body.Length);
    }

    /// <summary>Encodes a delete; returns its padded length. The fields are encoded already.</summary>
    public static int WriteDelete(Span<byte> destination, DocumentKey key, DateTimeOffset time, bool keepsEvidence, ReadOnlySpan<byte> fields = default)
    {
        destination[..FixedBytes].Clear();
        int idBytes = Encoding.UTF8.GetBytes(key.Id, destination[FixedBytes..]);
        WriteFixed(destination, OperationKind.Delete, keepsEvidence, idBytes, 0, fields.Length, 0);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], time.UtcTicks);
        fields.CopyTo(destination[(FixedBytes + idBytes)..]);
        return Pad(destination, FixedBytes + idBytes + fields.Length);
    }

    /// <summary>Decodes the operation at the start of the bytes; false when it does not fit them or holds an impossible value.</summary>
    /// <exception cref="StoreFormatException">It must be understood and is not.</exception>
    public static bool TryRead(ReadOnlySpan<byte> source, out Operation operation, out int paddedBytes)
    {
        operation = default;
        paddedBytes = 0;
        if (source.Length < FixedBytes)
        {
            return false;
        }

        if (source[0] is < (byte)OperationKind.Put or > (byte)OperationKind.Delete || (source[3] & ~(CarriedFlag | SupersededFlag)) != 0)
        {
            throw new StoreFormatException($"A journal operation has kind {source[0]}, flags {source[3]:x2}: written by a later version.");
        }

        int idBytes = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
        int typeBytes = BinaryPrimitives.ReadUInt16LittleEndian(source[6..]);
        uint optionalBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        uint bodyBytes = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        long length = FixedBytes + idBytes + typeBytes + (long)optionalBytes + bodyBytes;
        long carriedVersion = (source[3] & CarriedFlag) != 0 ? BinaryPrimitives.ReadInt64LittleEndian(source[16..]) : 0;
        if (length > source.Length || idBytes == 0 || carriedVersion < 0 || Ticks(source[24..]) is not { } created || Ticks(source[32..]) is not { } modified)
        {
            return false;
        }

        ReadOnlySpan<byte> text = source.Slice(FixedBytes, idBytes + typeBytes);
        ReadOnlySpan<byte> fields = source.Slice(FixedBytes + text.Length, (int)optionalBytes);
        bool isSuperseded = (source[3] & SupersededFlag) != 0;
        if (!Format.Fields.AreWhole(fields, KnownFields) || !TryReadExpires(fields, out DateTime? expires) || !TryReadKeep(fields, out ushort keep)
            || (isSuperseded && (keep == 0 || carriedVersion == 0)))
        {
            return false;
        }

        operation = new Operation
        {
            Kind = (OperationKind)source[0],
            KeepsEvidence = (source[1] & 1) != 0,
            CarriedVersion = carriedVersion,
            IsSuperseded = isSuperseded,
            Id = text[..idBytes],
            ContentType = text[idBytes..],
            Created = created,
            Modified = modified,
            Expires = expires,
            Keep = keep,
            BodyHash = BinaryPrimitives.ReadUInt64LittleEndian(source[40..]),
            Sha256 = new Sha256Digest(source.Slice(48, Sha256Digest.Bytes)),
            Body = source.Slice((int)(length - bodyBytes), (int)bodyBytes),
            Fields = fields,
        };
        paddedBytes = Math.Min(JournalFormat.Align((int)length), source.Length);
        return true;
    }

    /// <summary>Makes an encoded operation one that is carried forward, with what an earlier version of the document said of evidence.</summary>
    /// <param name="operation">Its bytes.</param>
    /// <param name="version">That it makes.</param>
    /// <param name="keepsEvidence">Whether it was said.</param>
    /// <param name="isSuperseded">See <see cref="IsSuperseded"/>.</param>
    public static void MarkCarried(Span<byte> operation, long version, bool keepsEvidence, bool isSuperseded = false)
    {
        operation[1] |= keepsEvidence ? (byte)1 : (byte)0;
        operation[3] |= isSuperseded ? (byte)(CarriedFlag | SupersededFlag) : CarriedFlag;
        BinaryPrimitives.WriteInt64LittleEndian(operation[16..], version);
    }

    /// <summary>The version that it makes in a record of that sequence.</summary>
    public long VersionIn(long sequence) => CarriedVersion == 0 ? sequence : CarriedVersion;

    /// <summary>The document version that this put makes.</summary>
    public DocumentInfo ToInfo(long version) => new()
    {
        Version = version,
        ContentType = ContentType.SequenceEqual("application/json"u8) ? "application/json" : Encoding.ASCII.GetString(ContentType),
        Created = Created,
        Modified = Modified,
        Expires = Expires,
        Keep = Keep,
        Length = Body.Length,
        Sha256 = Sha256,
    };

    /// <summary>Whether the body is what its hash says.</summary>
    public bool IsBodyIntact() => XxHash3.HashToUInt64(Body) == BodyHash;

    private static void WriteFixed(Span<byte> destination, OperationKind kind, bool keepsEvidence, int idBytes, int typeBytes, int fieldsBytes, int bodyBytes)
    {
        destination[..24].Clear();
        destination[0] = (byte)kind;
        destination[1] = keepsEvidence ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], checked((ushort)idBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], checked((ushort)typeBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], (uint)fieldsBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)bodyBytes);
    }

    private static int Pad(Span<byte> destination, int length)
    {
        int padded = JournalFormat.Align(length);
        destination[length..padded].Clear();
        return padded;
    }

    /// <summary>False when there is an end, and it is none: of another length, or no moment.</summary>
    private static bool TryReadExpires(ReadOnlySpan<byte> fields, out DateTime? expires)
    {
        expires = null;
        if (fields.IsEmpty || !Format.Fields.TryFind(fields, ExpiresField, out ReadOnlySpan<byte> value))
        {
            return true;
        }

        expires = value.Length == sizeof(long) ? Ticks(value) : null;
        return expires is { Ticks: > 0 };
    }

    /// <summary>False when the field is there, and is no number above 0.</summary>
    private static bool TryReadKeep(ReadOnlySpan<byte> fields, out ushort keep)
    {
        keep = 0;
        if (fields.IsEmpty || !Format.Fields.TryFind(fields, KeepField, out ReadOnlySpan<byte> value))
        {
            return true;
        }

        keep = value.Length == sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(value) : (ushort)0;
        return keep > 0;
    }

    private static DateTime? Ticks(ReadOnlySpan<byte> source)
    {
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(source);
        return ticks is >= 0 and <= 3155378975999999999 ? new DateTime(ticks, DateTimeKind.Utc) : null;
    }
}
