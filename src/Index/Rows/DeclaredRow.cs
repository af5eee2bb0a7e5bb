using System.Buffers.Binary;
using DocService.Storage.Model;

namespace DocService.Index.Rows;

/// <summary>What the index knows of a declared index. Written in the batch of the entries that it speaks of.</summary>
/// <remarks>Immutable.</remarks>
internal sealed record DeclaredRow
{
    private const byte BuiltFlag = 1;
    private const byte CutKeysFlag = 2;
    private const byte OverflowFlag = 4;

    private const int NumberAt = 1;
    private const int DoneAt = 5;
    private const int DocumentsAt = 13;
    private const int WordsAt = 21;
    private const int FieldsAt = 29;
    private const int HeadBytes = FieldsAt + 1;

    /// <summary>Its entries begin with it.</summary>
    public required int Number { get; init; }

    /// <summary>Every document of its collection has its entries.</summary>
    public bool IsBuilt { get; init; }

    /// <summary>While it is built: the last document that was read, in UTF-8; empty before the first, and once it is built.</summary>
    public byte[] Cursor { get; init; } = [];

    /// <summary>Documents read to build it.</summary>
    public long Done { get; init; }

    public bool HasCutKeys { get; init; }

    public bool HasOverflow { get; init; }

    /// <summary>Of each field, whether it ever held an array.</summary>
    public bool[] MetArray { get; init; } = [];

    /// <summary>Of a text index: documents that have words in it.</summary>
    public long Documents { get; init; }

    /// <summary>Of a text index: words of all documents together.</summary>
    public long Words { get; init; }

    /// <summary>What the keys of these rows begin with, beside the state in its family.</summary>
    public static ReadOnlySpan<byte> Beginning => "index "u8;

    /// <param name="identity">Of the definition: another definition is another index.</param>
    public static byte[] KeyOf(Sha256Digest identity)
    {
        byte[] key = [.. Beginning, .. new byte[Sha256Digest.Bytes]];
        identity.CopyTo(key.AsSpan(Beginning.Length));
        return key;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static Sha256Digest IdentityOf(ReadOnlySpan<byte> key) =>
        key.Length == Beginning.Length + Sha256Digest.Bytes && key.StartsWith(Beginning) ? new Sha256Digest(key[Beginning.Length..]) : throw NoRow();

    public byte[] ToRow()
    {
        byte[] row = new byte[HeadBytes + MetArray.Length + Cursor.Length];
        row[0] = (byte)((IsBuilt ? BuiltFlag : 0) | (HasCutKeys ? CutKeysFlag : 0) | (HasOverflow ? OverflowFlag : 0));
        BinaryPrimitives.WriteInt32BigEndian(row.AsSpan(NumberAt), Number);
        VersionKey.Write(row.AsSpan(DoneAt), Done);
        VersionKey.Write(row.AsSpan(DocumentsAt), Documents);
        VersionKey.Write(row.AsSpan(WordsAt), Words);
        row[FieldsAt] = checked((byte)MetArray.Length);
        for (int field = 0; field < MetArray.Length; field++)
        {
            row[HeadBytes + field] = MetArray[field] ? (byte)1 : (byte)0;
        }

        Cursor.CopyTo(row, HeadBytes + MetArray.Length);
        return row;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static DeclaredRow Read(ReadOnlySpan<byte> row)
    {
        if (row.Length < HeadBytes || row.Length < HeadBytes + row[FieldsAt] || row[0] > (BuiltFlag | CutKeysFlag | OverflowFlag))
        {
            throw NoRow();
        }

        ReadOnlySpan<byte> arrays = row.Slice(HeadBytes, row[FieldsAt]);
        bool[] metArray = new bool[arrays.Length];
        for (int field = 0; field < metArray.Length; field++)
        {
            metArray[field] = arrays[field] != 0;
        }

        return new DeclaredRow
        {
            Number = BinaryPrimitives.ReadInt32BigEndian(row[NumberAt..]),
            IsBuilt = (row[0] & BuiltFlag) != 0,
            HasCutKeys = (row[0] & CutKeysFlag) != 0,
            HasOverflow = (row[0] & OverflowFlag) != 0,
            Done = VersionKey.Read(row.Slice(DoneAt, VersionKey.Bytes)),
            Documents = VersionKey.Read(row.Slice(DocumentsAt, VersionKey.Bytes)),
            Words = VersionKey.Read(row.Slice(WordsAt, VersionKey.Bytes)),
            MetArray = metArray,
            Cursor = row[(HeadBytes + metArray.Length)..].ToArray(),
        };
    }

    private static IndexFailedException NoRow() => new("The row of a declared index is not one that the index has written.");
}
