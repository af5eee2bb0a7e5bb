using System.Buffers.Binary;
using System.Text;
using DocService.Storage.Model;

namespace DocService.Index.Rows;

/// <summary>The row of a document, to the byte as docs/index-format.md says. Key: the id in UTF-8.</summary>
internal static class DocumentRow
{
    private const byte DeletedFlag = 1;
    private const byte BodyFlag = 2;

    private const int VersionAt = 1;
    private const int DeletedAt = 9;
    private const int DeletedBytes = 17;

    private const long NoEnd = 0;

    private const int CreatedAt = 9;
    private const int ModifiedAt = 17;
    private const int ExpiresAt = 25;
    private const int LengthAt = 33;
    private const int Sha256At = 41;
    private const int MediaTypeAt = Sha256At + Sha256Digest.Bytes;
    private const int HeadBytes = MediaTypeAt + 1;

    /// <summary>Most bytes before a body.</summary>
    public const int FactsBytesMax = HeadBytes + DocumentContent.ContentTypeLengthMax;

    /// <summary>The row of a document that exists.</summary>
    /// <param name="info">What is known of it.</param>
    /// <param name="body">Empty, and not to be kept, where <paramref name="hasBody"/> is false.</param>
    /// <param name="hasBody">False for a hidden document.</param>
    /// <param name="row">At least <see cref="FactsBytesMax"/> and the body.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(DocumentInfo info, ReadOnlySpan<byte> body, bool hasBody, Span<byte> row)
    {
        row[0] = hasBody ? BodyFlag : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(row[VersionAt..], info.Version);
        BinaryPrimitives.WriteInt64BigEndian(row[CreatedAt..], info.Created.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(row[ModifiedAt..], info.Modified.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(row[ExpiresAt..], info.Expires?.UtcTicks ?? NoEnd);
        BinaryPrimitives.WriteInt64BigEndian(row[LengthAt..], info.Length);
        info.Sha256.CopyTo(row[Sha256At..]);
        int mediaTypeBytes = Encoding.ASCII.GetBytes(info.ContentType, row.Slice(HeadBytes, DocumentContent.ContentTypeLengthMax));
        row[MediaTypeAt] = (byte)mediaTypeBytes;
        int facts = HeadBytes + mediaTypeBytes;
        if (!hasBody)
        {
            return facts;
        }

        body.CopyTo(row[facts..]);
        return facts + body.Length;
    }

    /// <summary>The row that a deleted document leaves.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteDeleted(long version, DateTimeOffset deleted, Span<byte> row)
    {
        row[0] = DeletedFlag;
        BinaryPrimitives.WriteInt64BigEndian(row[VersionAt..], version);
        BinaryPrimitives.WriteInt64BigEndian(row[DeletedAt..], deleted.UtcTicks);
        return DeletedBytes;
    }

    /// <summary>The version alone.</summary>
    /// <exception cref="IndexFailedException">It is no row.</exception>
    public static long ReadVersion(ReadOnlySpan<byte> row, out bool isDeleted)
    {
        if (row.Length < DeletedBytes || row[0] > BodyFlag || BinaryPrimitives.ReadInt64BigEndian(row[VersionAt..]) is not (> 0 and var version))
        {
            throw NoRow();
        }

        isDeleted = row[0] == DeletedFlag;
        return !isDeleted || row.Length == DeletedBytes ? version : throw NoRow();
    }

    /// <summary>From when on the document is absent; null where it has no end, or was deleted.</summary>
    /// <exception cref="IndexFailedException">It is no row.</exception>
    public static DateTimeOffset? ReadEnd(ReadOnlySpan<byte> row)
    {
        ReadVersion(row, out bool isDeleted);
        return isDeleted ? null : row.Length >= HeadBytes ? EndIn(row) : throw NoRow();
    }

    /// <summary>When the index read the delete; the row is that of a deleted document.</summary>
    public static DateTimeOffset ReadDeleted(ReadOnlySpan<byte> row) => ReadTime(row[DeletedAt..]);

    /// <summary>The facts, and where the body is.</summary>
    /// <exception cref="IndexFailedException">It is no row.</exception>
    public static DocumentFacts Read(ReadOnlySpan<byte> row, out ReadOnlySpan<byte> body)
    {
        body = default;
        long version = ReadVersion(row, out bool isDeleted);
        if (isDeleted)
        {
            return new DocumentFacts { Version = version, Deleted = ReadDeleted(row) };
        }

        DocumentHead head = ReadHead(row);
        body = row[head.BodyAt..];
        return new DocumentFacts
        {
            Version = version,
            Info = new DocumentInfo
            {
                Version = version,
                ContentType = head.ContentType,
                Created = head.Created,
                Modified = head.Modified,
                Length = head.Length,
                Sha256 = head.Sha256,
                Expires = head.Expires,
            },
            HasBody = head.HasBody,
        };
    }

    /// <summary>What stands before the body; the row is that of a document that exists (<see cref="ReadVersion"/> tells).</summary>
    /// <exception cref="IndexFailedException">It is no such row.</exception>
    public static DocumentHead ReadHead(ReadOnlySpan<byte> row)
    {
        if (row.Length < HeadBytes || row[0] is not (0 or BodyFlag) || row.Length < HeadBytes + row[MediaTypeAt])
        {
            throw NoRow();
        }

        bool hasBody = row[0] == BodyFlag;
        long length = BinaryPrimitives.ReadInt64BigEndian(row[LengthAt..]);
        int bodyAt = HeadBytes + row[MediaTypeAt];
        if (row.Length - bodyAt != (hasBody ? length : 0))
        {
            throw NoRow();
        }

        ReadOnlySpan<byte> type = row[HeadBytes..bodyAt];
        return new DocumentHead
        {
            Version = BinaryPrimitives.ReadInt64BigEndian(row[VersionAt..]),
            ContentType = type.SequenceEqual("application/json"u8) ? "application/json" : Encoding.ASCII.GetString(type), // nearly always: no new text
            Created = ReadTime(row[CreatedAt..]),
            Modified = ReadTime(row[ModifiedAt..]),
            Expires = EndIn(row),
            Length = length,
            Sha256 = new Sha256Digest(row.Slice(Sha256At, Sha256Digest.Bytes)),
            HasBody = hasBody,
            BodyAt = bodyAt,
        };
    }

    private static DateTimeOffset? EndIn(ReadOnlySpan<byte> row) =>
        BinaryPrimitives.ReadInt64BigEndian(row[ExpiresAt..]) == NoEnd ? null : ReadTime(row[ExpiresAt..]);

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> bytes)
    {
        long ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw NoRow();
    }

    private static IndexFailedException NoRow() => new("The row of a document is not one that the index has written.");
}
