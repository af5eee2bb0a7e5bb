using DocService.Storage.Documents;
using DocService.Storage.Engine.Blocking;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Filing;

/// <summary>One document in a chunk: its newest published version, and the temporary file on the way to its place. Or a kept version, whose file that becomes.</summary>
internal sealed class FilingItem(Sha256Digest document, PendingVersion version, int slot)
{
    public Sha256Digest Document { get; } = document;

    public int Shard { get; } = DocumentPath.ShardOf(document);

    /// <summary>Where its name is, below the data directory; for operators.</summary>
    public string Directory => Obstacle.NameOf(Obstacle.PlaceOf(Document, Version.IsOfVersion));

    /// <summary>Replaced by a later one as long as the chunk is being taken.</summary>
    public PendingVersion Version { get; set; } = version;

    /// <summary>Of the last record that a ticket in this chunk stands for; 0 where it is only tried again.</summary>
    public long Sequence { get; set; }

    /// <summary>Of the first of those records.</summary>
    public long FirstSequence { get; set; }

    /// <summary>What those tickets were charged.</summary>
    public long ChargedBytes { get; set; }

    /// <summary>Known once its record has been read: the first phase.</summary>
    public DocumentKey Key { get; set; }

    /// <summary>Known with the key.</summary>
    public DocumentPath Path { get; set; }

    /// <summary>Temporary slot in the document's directory; no other item of the chunk has it.</summary>
    public int Slot { get; } = slot;

    /// <summary>Of a kept version that is its document's newest: the item of the document, whose temporary file gets both names. Null: it has one of its own.</summary>
    public FilingItem? Source { get; set; }

    /// <summary>Open between writing and syncing.</summary>
    public IFile? Temp { get; set; }

    /// <summary>What the file's header says; null before it is written, and for a delete.</summary>
    public DocumentInfo? Info { get; set; }

    /// <summary>Of the synced temporary file; null where the filesystem did not tell.</summary>
    public FileStamp? Stamp { get; set; }

    /// <summary>Why this document cannot be filed now, while others are; null as long as nothing has failed. It takes no further step.</summary>
    public Exception? Failure { get; set; }
}
