using System.Buffers.Binary;
using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>The row of a version in a document's history, to the byte as docs/index-format.md says.</summary>
internal static class HistoryRow
{
    private const byte PutFlag = 0;
    private const byte DeleteFlag = 1;
    private const long NoEnd = 0;

    private const int TimeAt = 1;
    private const int DeleteBytes = TimeAt + VersionKey.Bytes;
    private const int KeepAt = DeleteBytes;
    private const int ExpiresAt = KeepAt + sizeof(ushort);
    private const int LengthAt = ExpiresAt + VersionKey.Bytes;
    private const int Sha256At = LengthAt + sizeof(long);
    private const int PutBytes = Sha256At + Sha256Digest.Bytes;

    public static byte[] Write(DocumentInfo info)
    {
        byte[] row = new byte[PutBytes];
        row[0] = PutFlag;
        VersionKey.Write(row.AsSpan(TimeAt), info.Modified.UtcTicks);
        BinaryPrimitives.WriteUInt16BigEndian(row.AsSpan(KeepAt), info.Keep);
        VersionKey.Write(row.AsSpan(ExpiresAt), info.Expires?.UtcTicks ?? NoEnd);
        BinaryPrimitives.WriteInt64BigEndian(row.AsSpan(LengthAt), info.Length);
        info.Sha256.CopyTo(row.AsSpan(Sha256At));
        return row;
    }

    /// <param name="deleted">When the index read the delete.</param>
    public static byte[] WriteDelete(DateTimeOffset deleted)
    {
        byte[] row = new byte[DeleteBytes];
        row[0] = DeleteFlag;
        VersionKey.Write(row.AsSpan(TimeAt), deleted.UtcTicks);
        return row;
    }

    /// <exception cref="IndexFailedException">It is no row.</exception>
    public static VersionFacts Read(long version, ReadOnlySpan<byte> row) => (row.Length, row.Length > 0 ? row[0] : byte.MaxValue) switch
    {
        (DeleteBytes, DeleteFlag) => new VersionFacts { Version = version, IsDelete = true, Modified = TimeAtOf(row, TimeAt) },
        (PutBytes, PutFlag) => new VersionFacts
        {
            Version = version,
            Modified = TimeAtOf(row, TimeAt),
            Keep = BinaryPrimitives.ReadUInt16BigEndian(row[KeepAt..]),
            Expires = VersionKey.Read(row.Slice(ExpiresAt, VersionKey.Bytes)) == NoEnd ? null : TimeAtOf(row, ExpiresAt),
            Length = VersionKey.Read(row.Slice(LengthAt, VersionKey.Bytes)),
            Sha256 = new Sha256Digest(row.Slice(Sha256At, Sha256Digest.Bytes)),
        },
        _ => throw NoRow(),
    };

    private static DateTimeOffset TimeAtOf(ReadOnlySpan<byte> row, int at)
    {
        long ticks = VersionKey.Read(row.Slice(at, VersionKey.Bytes));
        return ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw NoRow();
    }

    private static IndexFailedException NoRow() => new("A row of a history is not one that the index has written.");
}
