using System.IO.Hashing;

namespace DocService.Storage.Journal;

/// <summary>Where one operation stands in the journal.</summary>
/// <param name="Segment">Its segment.</param>
/// <param name="Offset">In the segment.</param>
/// <param name="Bytes">Padded length.</param>
/// <param name="Hash">XXH3 of those bytes.</param>
internal readonly record struct RecordLocator(Segment Segment, long Offset, int Bytes, ulong Hash)
{
    /// <summary>
    /// Reads the operation's bytes into a buffer of at least <see cref="Bytes"/>, once more past the page cache when
    /// they are not what was written. The caller holds the segment.
    /// </summary>
    /// <returns>False when the journal is damaged there.</returns>
    /// <exception cref="Io.FileSystemException">The read failed.</exception>
    public bool TryRead(Span<byte> buffer)
    {
        Span<byte> bytes = buffer[..Bytes];
        if (IsIntact(bytes))
        {
            return true;
        }

        Segment.File.DropCache();
        return IsIntact(bytes);
    }

    private bool IsIntact(Span<byte> bytes) =>
        Segment.File.Read(bytes, Offset) == bytes.Length && XxHash3.HashToUInt64(bytes) == Hash;
}
