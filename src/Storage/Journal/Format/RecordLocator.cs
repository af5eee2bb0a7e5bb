using System.IO.Hashing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Format;

/// <summary>The place of one operation in the journal.</summary>
/// <param name="Segment">Number of its segment: a reference would have the collector look at every entry that holds a locator.</param>
/// <param name="Offset">In the segment.</param>
/// <param name="Bytes">Padded length.</param>
/// <param name="Hash">XXH3 of those bytes.</param>
internal readonly record struct RecordLocator(long Segment, long Offset, int Bytes, ulong Hash)
{
    /// <summary>
    /// Reads the operation's bytes into a buffer of at least <see cref="Bytes"/>, once more past the page cache when
    /// they are not what was written. The caller holds the segment.
    /// </summary>
    /// <param name="segment">That segment's file.</param>
    /// <param name="buffer">Takes them.</param>
    /// <returns>False when the journal is damaged there.</returns>
    /// <exception cref="FileSystemException">The read failed.</exception>
    public bool TryRead(IFile segment, Span<byte> buffer)
    {
        Span<byte> bytes = buffer[..Bytes];
        if (IsIntact(segment, bytes))
        {
            return true;
        }

        segment.DropCache();
        return IsIntact(segment, bytes);
    }

    private bool IsIntact(IFile segment, Span<byte> bytes) =>
        segment.Read(bytes, Offset) == bytes.Length && XxHash3.HashToUInt64(bytes) == Hash;
}
