using System.Buffers.Binary;

namespace DocService.Index.Rows;

/// <summary>Value of an entry of a text index.</summary>
/// <param name="Occurrences">Of the word in the document.</param>
/// <param name="Words">That the document has in all.</param>
public readonly record struct WordCount(int Occurrences, int Words)
{
    private const int Bytes = 2 * sizeof(int);

    internal byte[] ToRow()
    {
        byte[] row = new byte[Bytes];
        BinaryPrimitives.WriteInt32BigEndian(row, Occurrences);
        BinaryPrimitives.WriteInt32BigEndian(row.AsSpan(sizeof(int)), Words);
        return row;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    internal static WordCount Read(ReadOnlySpan<byte> row) => row.Length == Bytes
        ? new WordCount(BinaryPrimitives.ReadInt32BigEndian(row), BinaryPrimitives.ReadInt32BigEndian(row[sizeof(int)..]))
        : throw new IndexFailedException("The count of a word is not one that the index has written.");
}
