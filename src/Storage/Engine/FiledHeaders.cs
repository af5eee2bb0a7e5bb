using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>
/// What the files lately made say in their headers, for writes that ask what they replace: one system call then tells
/// that it is still that file, where opening and reading it takes three and more.
/// </summary>
/// <remarks>
/// Owns: the entries, so many at most; a new one takes the place of the oldest of the few that share its set.
/// Thread: the filer's adds, any looks and forgets, without a lock.
/// Invariant: an entry counts for its file's stamp alone, so none can be out of date: a file that has been changed,
/// replaced or removed since has another stamp or none.
/// </remarks>
internal sealed class FiledHeaders
{
    /// <summary>Entries that one key can stand in: enough that few of the hot keys push each other out.</summary>
    private const int Ways = 4;

    /// <summary>With 200 to 300 bytes an entry, key and media type included, some 30 MiB when full.</summary>
    private const int Sets = 32 * 1024;

    private readonly FiledHeader?[] _entries = new FiledHeader?[Sets * Ways];

    /// <summary>The document's entry, or null.</summary>
    public FiledHeader? Find(DocumentKey key)
    {
        foreach (ref FiledHeader? place in SetOf(key))
        {
            if (Volatile.Read(ref place) is { } entry && entry.Key == key)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>The document has a new file.</summary>
    public void Add(FiledHeader entry)
    {
        Span<FiledHeader?> set = SetOf(entry.Key);
        int chosen = 0;
        long oldest = long.MaxValue; // version of the entry chosen so far; 0 for a free place
        for (int way = 0; way < Ways; way++)
        {
            // Forgotten ones may leave a gap before the document's own entry.
            if (Volatile.Read(ref set[way]) is not { } other)
            {
                chosen = oldest == 0 ? chosen : way;
                oldest = 0;
            }
            else if (other.Key == entry.Key)
            {
                chosen = way;
                break;
            }
            else if (other.Info.Version < oldest)
            {
                chosen = way;
                oldest = other.Info.Version;
            }
        }

        Volatile.Write(ref set[chosen], entry);
    }

    /// <summary>
    /// A read has found the document's file damaged: the next write is to read it too. On any thread: at worst an entry
    /// that was added in the same moment is lost with it.
    /// </summary>
    public void Forget(DocumentKey key)
    {
        foreach (ref FiledHeader? place in SetOf(key))
        {
            if (Volatile.Read(ref place) is { } entry && entry.Key == key)
            {
                Interlocked.CompareExchange(ref place, null, entry);
            }
        }
    }

    private Span<FiledHeader?> SetOf(DocumentKey key) => _entries.AsSpan((key.GetHashCode() & (Sets - 1)) * Ways, Ways);
}

/// <summary>A document's file as it was made.</summary>
/// <param name="Key">The document.</param>
/// <param name="Path">Where the file stands.</param>
/// <param name="Stamp">Its stamp after it was synced.</param>
/// <param name="Info">What its header says.</param>
internal sealed record FiledHeader(DocumentKey Key, DocumentPath Path, FileStamp Stamp, DocumentInfo Info);
