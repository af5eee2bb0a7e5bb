using System.Buffers.Binary;

namespace DocService.Index.Rows;

/// <summary>What the index knows of itself. Written in the batch of the rows that it speaks of.</summary>
/// <param name="Format">Of all rows and keys.</param>
/// <param name="StoreId">Whose documents these are.</param>
/// <param name="Position">Every commit up to here is in the rows.</param>
/// <param name="CompleteFrom">Every write and delete after this commit is in the rows. Deletes before it may be missing.</param>
/// <param name="IsBuilding">The documents' files have not all been read: nothing may be answered from the rows.</param>
internal sealed record IndexState(int Format, Guid StoreId, long Position, long CompleteFrom, bool IsBuilding)
{
    /// <summary>Raised with any change of a byte that docs/index-format.md draws.</summary>
    public const int CurrentFormat = 5;

    private const int FormatBytes = sizeof(int);
    private const int StoreIdBytes = 16;
    private const int PositionAt = FormatBytes + StoreIdBytes;
    private const int Bytes = PositionAt + (2 * VersionKey.Bytes) + 1;

    /// <summary>Of the one row in its family.</summary>
    public static ReadOnlySpan<byte> Key => "state"u8;

    public byte[] ToRow()
    {
        byte[] row = new byte[Bytes];
        BinaryPrimitives.WriteInt32BigEndian(row, Format);
        StoreId.TryWriteBytes(row.AsSpan(FormatBytes), bigEndian: true, out _);
        VersionKey.Write(row.AsSpan(PositionAt), Position);
        VersionKey.Write(row.AsSpan(PositionAt + VersionKey.Bytes), CompleteFrom);
        row[^1] = IsBuilding ? (byte)1 : (byte)0;
        return row;
    }

    /// <summary>Null where it is none, or one of another format.</summary>
    public static IndexState? TryRead(ReadOnlySpan<byte> row)
    {
        if (row.Length != Bytes || BinaryPrimitives.ReadInt32BigEndian(row) is not CurrentFormat)
        {
            return null;
        }

        return new IndexState(
            CurrentFormat,
            new Guid(row.Slice(FormatBytes, StoreIdBytes), bigEndian: true),
            VersionKey.Read(row.Slice(PositionAt, VersionKey.Bytes)),
            VersionKey.Read(row.Slice(PositionAt + VersionKey.Bytes, VersionKey.Bytes)),
            row[^1] != 0);
    }
}
