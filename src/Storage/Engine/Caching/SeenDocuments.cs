using System.Numerics;

namespace DocService.Storage.Engine.Caching;

/// <summary>Which documents have been read lately.</summary>
/// <remarks>
/// Owns: a table of hashes, in which a later one takes the place of an earlier one. Thread: any, without a lock: a document that is
/// forgotten is held one read later, one that is taken for another is held one read earlier.
/// </remarks>
internal sealed class SeenDocuments
{
    /// <summary>Places for each document that the cache may hold: three others are seen before one is forgotten.</summary>
    private const int PlacesOfADocument = TableSizes.Ways;

    private readonly int[] _hashes;

    public SeenDocuments(long capacityBytes) =>
        _hashes = new int[BitOperations.RoundUpToPowerOf2((uint)(PlacesOfADocument * Math.Clamp(capacityBytes / TableSizes.BytesOfADocument, 1, TableSizes.DocumentsMax)))];

    /// <summary>Notes a read; returns whether there was one before.</summary>
    public bool Note(DocumentKey key)
    {
        int hash = key.Digest.GetHashCode() is var value and not 0 ? value : 1; // zero is a free place
        ref int place = ref _hashes[hash & (_hashes.Length - 1)];
        bool isSeen = place == hash;
        place = hash;
        return isSeen;
    }
}
