using DocService.Storage.Documents;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Filing;

/// <summary>One document in a chunk: its newest published version, and the temporary file on the way to its place.</summary>
internal sealed class FilingItem(Sha256Digest document, PendingVersion version, int slot)
{
    public Sha256Digest Document { get; } = document;

    public int Shard { get; } = DocumentPath.ShardOf(document);

    /// <summary>Replaced by a later one as long as the chunk is being taken.</summary>
    public PendingVersion Version { get; set; } = version;

    /// <summary>Known once its record has been read: the first phase.</summary>
    public DocumentKey Key { get; set; }

    /// <summary>Known with the key.</summary>
    public DocumentPath Path { get; set; }

    /// <summary>Temporary slot in the document's directory; no other item of the chunk has it.</summary>
    public int Slot { get; } = slot;

    /// <summary>Open between writing and syncing.</summary>
    public IFile? Temp { get; set; }

    /// <summary>What the file's header says; null before it is written, and for a delete.</summary>
    public DocumentInfo? Info { get; set; }

    /// <summary>Of the synced temporary file; null where the filesystem did not tell.</summary>
    public FileStamp? Stamp { get; set; }
}
