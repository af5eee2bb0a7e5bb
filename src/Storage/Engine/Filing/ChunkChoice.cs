using DocService.Storage.Documents;
using DocService.Storage.Engine.Blocking;
using DocService.Storage.Engine.Caching;
using DocService.Storage.Engine.Versions;

namespace DocService.Storage.Engine.Filing;

/// <summary>What goes into the next chunk: blocked documents whose time has come, then published versions in the order of their sequences.</summary>
/// <remarks>Owns: how many documents a chunk may have at present. Thread: the filer's.</remarks>
internal sealed class ChunkChoice
{
    /// <summary>Documents in a chunk: their temporary files are open at a time and share one write-back, and each directory is synced once.</summary>
    private const int DocumentsMax = 2048;

    /// <summary>Temporary files may take one in so many of the process's descriptors. Connections and readers need the others.</summary>
    private const int HandlesShare = 8;

    /// <summary>Bytes in a chunk: twice what so many documents of the usual size have.</summary>
    private const long BytesMax = 2L * DocumentsMax * TableSizes.BytesOfADocument;

    private readonly VersionFiles _versions;
    private readonly FilingQueue _queue;
    private readonly BlockedDocuments _blocked;
    private readonly Pending _pending;
    private readonly int _documentsMax;
    private int _documents;

    public ChunkChoice(VersionFiles versions, int handlesMax, FilingQueue queue, BlockedDocuments blocked, Pending pending)
    {
        _versions = versions;
        _queue = queue;
        _blocked = blocked;
        _pending = pending;
        _documentsMax = Math.Clamp(handlesMax / HandlesShare, 1, DocumentsMax);
        _documents = _documentsMax;
    }

    /// <summary>Blocked documents whose time has come, and the next operations. When memory runs out in between, it is called again.</summary>
    public void Fill(FilingChunk chunk)
    {
        int retried = Math.Min(Obstacle.TriedTogether, Math.Max(1, _documents / 2));
        for (int tried = chunk.Items.Count; tried < retried && _blocked.TryTakeDue(out Sha256Digest document); tried++)
        {
            var again = new FilingTicket(0, document, 0);
            if (!_pending.TryFind(document, out PendingVersion version))
            {
                chunk.ChargedBytes += _blocked.Remove(document, out _);
            }
            else if (!chunk.TryRenew(again, version) && !chunk.TryAdd(again, version))
            {
                break; // no slot left in its directory
            }
            else
            {
                TakeVersion(chunk, document, version);
            }
        }

        // On a full disk no more than one directory's slots: few temporary files take little room.
        int places = Math.Max(retried + 1, _blocked.IsOutOfSpace ? Math.Min(DocumentFiles.TempSlots, _documents) : _documents);
        while (_queue.TryPeek(out FilingTicket ticket))
        {
            // If a later version is filed by now, the document is not pending, and there is nothing to do. If the document
            // is in the chunk, it may have got a later version since; the ticket then means that version.
            if (!_pending.TryFind(ticket.Document, out PendingVersion version))
            {
                chunk.ChargedBytes += ticket.ChargedBytes;
            }
            else if (!chunk.TryRenew(ticket, version))
            {
                bool isFull = chunk.Items.Count > 0 && (chunk.Items.Count >= places || chunk.Bytes + version.Locator.Bytes > BytesMax);
                if (isFull || !chunk.TryAdd(ticket, version))
                {
                    // A commit counts as filed only when all of its documents are.
                    chunk.Through = ticket.Sequence - 1;
                    return;
                }
            }

            _queue.Take();
            chunk.Through = ticket.Sequence;
            TakeVersion(chunk, ticket.Document, version); // behind the ticket, which must not be noted twice where memory runs out here
        }
    }

    /// <summary>When descriptors have run out, the next chunk has half of the documents of this one. Then it grows again.</summary>
    public void NoteConcluded(int documents, bool isOutOfHandles) =>
        _documents = isOutOfHandles ? Math.Max(1, documents / 2) : Math.Min(_documentsMax, _documents + (_documents / 16) + 1);

    /// <summary>
    /// A document is in the chunk, in a version that is kept: that one is filed with it, although its ticket comes later. So one file will
    /// do for both, and for the ticket nothing is left to do. Where there is no slot for it, it gets a file of its own later.
    /// </summary>
    private void TakeVersion(FilingChunk chunk, Sha256Digest document, in PendingVersion version)
    {
        if (version is { IsKept: true, IsOfVersion: false } && _versions.CanLink)
        {
            var ticket = new FilingTicket(version.Version, VersionDigest.Of(document, version.Version), 0);
            if (!chunk.Contains(ticket.Document) && _pending.TryFind(ticket.Document, out PendingVersion kept))
            {
                _ = chunk.TryAdd(ticket, kept);
            }
        }
    }
}
