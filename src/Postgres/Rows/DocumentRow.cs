using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Npgsql;

namespace DocService.Postgres.Rows;

/// <summary>A document's row but for its body: facts, and two checksums, one of the body and one of all else.</summary>
/// <param name="Info">What is known of the document.</param>
/// <param name="BodyHash">XXH3 of the body.</param>
internal readonly record struct DocumentRow(DocumentInfo Info, ulong BodyHash)
{
    /// <summary>In the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns = "version, created, modified, type, length, sha256, body_xxh3, row_xxh3";

    /// <summary>How many these are.</summary>
    public const int ColumnCount = 8;

    public static DocumentRow Of(DocumentInfo info, ReadOnlySpan<byte> body) => new(info, XxHash3.HashToUInt64(body));

    /// <summary>XXH3 of the id and all the other columns but the body.</summary>
    public ulong HashWith(DocumentKey key)
    {
        byte[] id = RowBytes.Of(key);
        byte[] type = Encoding.ASCII.GetBytes(Info.ContentType);
        byte[] all = new byte[4 + id.Length + 4 + type.Length + Sha256Digest.Bytes + (5 * sizeof(long))];
        Span<byte> rest = all;
        BinaryPrimitives.WriteInt32LittleEndian(rest, id.Length);
        id.CopyTo(rest[4..]);
        rest = rest[(4 + id.Length)..];
        BinaryPrimitives.WriteInt32LittleEndian(rest, type.Length);
        type.CopyTo(rest[4..]);
        rest = rest[(4 + type.Length)..];
        Info.Sha256.CopyTo(rest);
        rest = rest[Sha256Digest.Bytes..];
        foreach (long number in (ReadOnlySpan<long>)[Info.Version, Info.Created.UtcTicks, Info.Modified.UtcTicks, Info.Length, unchecked((long)BodyHash)])
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, number);
            rest = rest[sizeof(long)..];
        }

        return XxHash3.HashToUInt64(all);
    }

    /// <summary>The row that the reader stands on.</summary>
    /// <exception cref="DocumentCorruptException">It is not as it was written.</exception>
    public static DocumentRow Read(NpgsqlDataReader reader, int first, DocumentKey key)
    {
        DocumentRow row;
        try
        {
            row = new DocumentRow(
                new DocumentInfo
                {
                    Version = reader.GetInt64(first),
                    Created = new DateTimeOffset(reader.GetInt64(first + 1), TimeSpan.Zero),
                    Modified = new DateTimeOffset(reader.GetInt64(first + 2), TimeSpan.Zero),
                    ContentType = reader.GetString(first + 3),
                    Length = reader.GetInt64(first + 4),
                    Sha256 = new Sha256Digest(reader.GetFieldValue<byte[]>(first + 5)),
                },
                unchecked((ulong)reader.GetInt64(first + 6)));
        }
        catch (Exception exception) when (exception is ArgumentException)
        {
            throw Corrupt(key, "a column holds what it cannot hold", exception);
        }

        return row.HashWith(key) == unchecked((ulong)reader.GetInt64(first + 7)) ? row : throw Corrupt(key, "its facts fail their checksum");
    }

    /// <exception cref="DocumentCorruptException">The body is not as it was written.</exception>
    public void Verify(DocumentKey key, ReadOnlySpan<byte> body)
    {
        if (body.Length != Info.Length || XxHash3.HashToUInt64(body) != BodyHash)
        {
            throw Corrupt(key, "its body fails its checksum");
        }
    }

    public static DocumentCorruptException Corrupt(DocumentKey key, string reason, Exception? cause = null) => new(key, "table docservice.documents", reason, cause);
}
