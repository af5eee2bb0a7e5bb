using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Reading;

/// <summary>
/// Which store ids the segments of one journal have. A store gets a new id when its history may differ from another's:
/// after a salvage, and in a copy of its directory. The segments begun then name the id before, and FORMAT is written after
/// them. So segments and FORMAT can be matched even if a crash came in between.
/// </summary>
internal sealed class Lineage
{
    private readonly HashSet<Guid> _ids;

    public Lineage(Guid storeId)
    {
        _ids = [storeId];
        Newest = storeId;
    }

    /// <summary>The id of the newest segment: the store's, whatever FORMAT says still.</summary>
    public Guid Newest { get; private set; }

    /// <summary>Reads the headers of all segments.</summary>
    /// <param name="journal">Their directory.</param>
    /// <param name="storeId">The id in FORMAT.</param>
    /// <exception cref="StoreFormatException">One is of a later version.</exception>
    public static Lineage Read(IDirectory journal, Guid storeId)
    {
        var lineage = new Lineage(storeId);
        SegmentHeader[] headers = [.. HeadersIn(journal).OrderBy(header => header.Number)];
        while (headers.Any(lineage.TryAdd))
        {
        }

        lineage.Newest = headers.LastOrDefault(header => lineage.Contains(header.StoreId)) is { Number: > 0 } newest ? newest.StoreId : storeId;
        return lineage;
    }

    /// <summary>Whether segments with that id are of this journal.</summary>
    public bool Contains(Guid storeId) => _ids.Contains(storeId);

    /// <summary>The intact headers under the right names. A segment that cannot be read is reported by the scan that follows.</summary>
    public static IEnumerable<SegmentHeader> HeadersIn(IDirectory journal)
    {
        byte[] block = new byte[JournalFormat.BlockBytes];
        foreach (string name in journal.List())
        {
            if (Segment.TryParseName(name) is { } number && TryReadBlock(journal, name, block)
                && SegmentHeader.TryRead(block) is { } header && header.Number == number)
            {
                yield return header;
            }
        }
    }

    private static bool TryReadBlock(IDirectory journal, string name, byte[] block)
    {
        try
        {
            using IFile? file = journal.TryOpen(name, FileAccess.Read);
            return file is not null && file.Read(block, 0) == block.Length;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return false;
        }
    }

    /// <summary>True when the header joins an id to those that are known.</summary>
    private bool TryAdd(SegmentHeader header)
    {
        bool isJoined = header.PreviousStoreId != Guid.Empty && (Contains(header.StoreId) || Contains(header.PreviousStoreId));
        return isJoined && (_ids.Add(header.StoreId) | _ids.Add(header.PreviousStoreId));
    }
}
