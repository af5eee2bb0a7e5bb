using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>One document in a chunk: its newest published version, and the temporary file on the way to its place.</summary>
internal sealed class FilingItem(DocumentKey key, DocumentPath path, PendingEntry entry, int slot)
{
    public DocumentKey Key { get; } = key;

    public DocumentPath Path { get; } = path;

    /// <summary>Replaced by a later version as long as the chunk is being taken.</summary>
    public PendingEntry Entry { get; set; } = entry;

    /// <summary>Temporary slot in the document's directory; no other item of the chunk has it.</summary>
    public int Slot { get; } = slot;

    /// <summary>Open between writing and syncing.</summary>
    public IFile? Temp { get; set; }

    /// <summary>What the file's header says; null before it is written, and for a delete.</summary>
    public DocumentInfo? Info { get; set; }

    /// <summary>Of the synced temporary file; null where the filesystem did not tell.</summary>
    public FileStamp? Stamp { get; set; }
}
