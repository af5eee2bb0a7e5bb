using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Caching;

/// <summary>A document in the cache, and the file that it was read from.</summary>
/// <remarks>Thread: what it holds is fixed; its place among the others belongs to the cache's gate.</remarks>
internal sealed class HeldDocument : CachedDocument
{
    /// <summary>More visits do not count: what was hot yesterday must leave within a few turns.</summary>
    private const int VisitsMax = 3;

    /// <summary>What an entry takes beside body and id: objects, table, list, and the fields that are made of it. Measured 600 to 700.</summary>
    private const int OverheadBytes = 768;

    private int _visits;

    public HeldDocument(DocumentKey key, DocumentInfo info, byte[] body, FileState state)
        : base(info, body)
    {
        Key = key;
        Path = DocumentPath.Of(key);
        State = state;
    }

    public DocumentKey Key { get; }

    public DocumentPath Path { get; }

    /// <summary>Of the file before it was read.</summary>
    public FileState State { get; }

    public long Bytes => BytesOf(Key, Body.Length);

    /// <summary>Its place among the others.</summary>
    public int Place { get; set; }

    /// <summary>Whether it has been visited since it was last asked.</summary>
    public bool TryTakeVisit()
    {
        int visits = _visits;
        _visits = Math.Max(0, visits - 1);
        return visits > 0;
    }

    public static long BytesOf(DocumentKey key, long bodyBytes) => OverheadBytes + (4L * key.Id.Length) + bodyBytes;

    /// <summary>Without a lock: a visit that is lost among others at the same moment does not matter.</summary>
    public void Visit()
    {
        int visits = _visits;
        if (visits < VisitsMax)
        {
            _visits = visits + 1;
        }
    }
}
