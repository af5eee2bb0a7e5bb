using DocService.Storage.Documents;
using DocService.Storage.Engine.Blocking;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// Files documents after their acknowledgement: it moves published versions from the journal into the documents' files, in
/// the order of sequences, only the newest version of each key. Then the journal can release their segments.
/// </summary>
/// <remarks>
/// Owns: a thread. Thread: its own; <see cref="FilingQueue"/> and <see cref="BlockedDocuments"/> are how others reach it.
/// Invariants: filedThrough passes a record only when each of its documents is renamed into place, that version or a
/// later one, and its directory is synced, or when a later record of that document is durable. Chunk n+1 starts when
/// chunk n's directory syncs have returned.
/// On failure: a failed step that is known to have changed nothing blocks its documents, and no others. They are tried
/// again; their data is safe in the journal. If memory runs out, the chunk is tried again. A failed sync fences the store
/// and ends filing.
/// </remarks>
internal sealed class Filer : IDisposable
{
    /// <summary>Documents in a chunk: their temporary files are open at a time and share one write-back, and each directory is synced once.</summary>
    private const int ChunkDocumentsMax = 2048;

    /// <summary>Temporary files may take one in so many of the process's descriptors. Connections and readers need the others.</summary>
    private const int HandlesShare = 8;

    /// <summary>Bytes in a chunk.</summary>
    private const long ChunkBytesMax = 16 * 1024 * 1024;

    /// <summary>From this fill of the journal on, blocked documents are carried forward. Most of the journal is free again then, so a record is copied rarely.</summary>
    private const double CarryFill = Backlog.SlowFrom / 2;

    private readonly DocumentFiles _files;
    private readonly MediaTypes _media;
    private readonly FiledHeaders _headers;
    private readonly FilingQueue _queue;
    private readonly BlockedDocuments _blocked;
    private readonly CarryForward _carry;
    private readonly Pending _pending;
    private readonly JournalWriter _journal;
    private readonly Backlog _backlog;
    private readonly DiskSpace _space;
    private readonly StoreHealth _health;
    private readonly FilingRhythm _rhythm;
    private readonly WriteBack _writeBack;
    private readonly ILogger _logger;
    private readonly DiskThreads _threads;
    private readonly IThreads _system;
    private IThread? _thread; // null before the start
    private readonly int _chunkDocumentsMax;
    private int _chunkDocuments;
    private FilingChunk? _chunk; // under way; kept when memory runs out
    private bool _isAgain;

    public Filer(DocumentFiles files, int handlesMax, MediaTypes media, FiledHeaders headers, FilingQueue queue, BlockedDocuments blocked, CarryForward carry, Pending pending, JournalWriter journal, Backlog backlog, DiskSpace space, StoreHealth health, IThreads threads, ILogger logger)
    {
        _files = files;
        _media = media;
        _headers = headers;
        _queue = queue;
        _blocked = blocked;
        _carry = carry;
        _pending = pending;
        _journal = journal;
        _backlog = backlog;
        _space = space;
        _health = health;
        _rhythm = new FilingRhythm(queue, journal.Marks, backlog, space, threads.Clock);
        _writeBack = new WriteBack(files, threads.Clock);
        _logger = logger;
        _chunkDocumentsMax = Math.Clamp(handlesMax / HandlesShare, 1, ChunkDocumentsMax);
        _chunkDocuments = _chunkDocumentsMax;
        _threads = new DiskThreads(FilingChunk.Workers, threads);
        _system = threads;
    }

    public void Start() => _thread = _system.Start("docservice-filer", Work);

    /// <summary>Ends after the chunk under way; what is not filed is replayed at the next start.</summary>
    public void Dispose()
    {
        _queue.Stop();
        _thread?.Join();
        _threads.Dispose();
    }

    private void Work()
    {
        try
        {
            while (_queue.WaitForTickets(_blocked.UntilDue))
            {
                FileOne();
            }
        }
        catch (Exception exception)
        {
            _health.Fence("documents cannot be filed", exception);
        }
        finally
        {
            _chunk?.DropTemps();
            _queue.Stop();
            _blocked.Stop();
        }
    }

    /// <summary>One chunk, and the pause before it.</summary>
    private void FileOne()
    {
        try
        {
            _rhythm.Begin();
            FilingChunk chunk = TakeChunk();
            if (_isAgain)
            {
                chunk.DropTemps();
            }

            chunk.File(_writeBack.Before);
            Conclude(chunk);
            _chunk = null;
            _isAgain = false;
            CarryBlocked();
        }
        catch (OutOfMemoryException exception)
        {
            // Nothing of the chunk is lost, and filing it once more is right.
            _isAgain = true;
            _queue.Pause(Intervals.Watch, endsWhenAwaited: false);
            TryTellOfMemory(exception.Message);
        }
    }

    private void TryTellOfMemory(string reason)
    {
        try
        {
            _logger.LogWarning("Filing waits for memory: {Reason}", reason);
        }
        catch (OutOfMemoryException)
        {
            // There is still none, not even for the line.
        }
    }

    /// <summary>Blocked documents whose time has come, and the next operations. When memory runs out in between, it is called again.</summary>
    private FilingChunk TakeChunk()
    {
        FilingChunk chunk = _chunk ??= new FilingChunk(_files, _journal.Segments, _threads);
        int retried = Math.Min(Obstacle.TriedTogether, Math.Max(1, _chunkDocuments / 2));
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
        int documentsMax = Math.Max(retried + 1, _blocked.IsOutOfSpace ? Math.Min(DocumentFiles.TempSlots, _chunkDocuments) : _chunkDocuments);
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
                bool isFull = chunk.Items.Count > 0 && (chunk.Items.Count >= documentsMax || chunk.Bytes + version.Locator.Bytes > ChunkBytesMax);
                if (isFull || !chunk.TryAdd(ticket, version))
                {
                    // A commit counts as filed only when all of its documents are.
                    chunk.Through = ticket.Sequence - 1;
                    return chunk;
                }
            }

            _queue.Take();
            chunk.Through = ticket.Sequence;
            TakeVersion(chunk, ticket.Document, version); // behind the ticket, which must not be noted twice where memory runs out here
        }

        return chunk;
    }

    /// <summary>
    /// A document is in the chunk, in a version that is kept: that one is filed with it, although its ticket comes later. So one file will
    /// do for both, and for the ticket nothing is left to do. Where there is no slot for it, it gets a file of its own later.
    /// </summary>
    private void TakeVersion(FilingChunk chunk, Sha256Digest document, in PendingVersion version)
    {
        if (version is { IsKept: true, IsOfVersion: false } && _files.Versions.CanLink)
        {
            var ticket = new FilingTicket(version.Version, VersionDigest.Of(document, version.Version), 0);
            if (!chunk.Contains(ticket.Document) && _pending.TryFind(ticket.Document, out PendingVersion kept))
            {
                _ = chunk.TryAdd(ticket, kept);
            }
        }
    }

    private void Conclude(FilingChunk chunk)
    {
        bool isOutOfHandles = false;
        foreach (FilingItem item in chunk.Items)
        {
            if (item.Failure is { } failure)
            {
                isOutOfHandles |= failure is FileSystemException { IsOutOfHandles: true };
                Block(item, failure);
            }
            else
            {
                NoteFiled(item);
            }
        }

        _chunkDocuments = isOutOfHandles ? Math.Max(1, chunk.Items.Count / 2) : Math.Min(_chunkDocumentsMax, _chunkDocuments + (_chunkDocuments / 16) + 1);
        if (!_blocked.IsOutOfSpace)
        {
            _space.NoteRoom(SpaceCause.Filing);
        }

        long tried = Math.Max(_queue.TriedThrough, chunk.Through);
        _journal.Marks.AdvanceFiled(Math.Max(_journal.Marks.FiledThrough, Math.Min(tried, _blocked.LowestSequence - 1)));
        _space.Discharge(chunk.ChargedBytes);
        chunk.ChargedBytes = 0;
        _journal.NoteFiled();

        // Last, so that a waiting write finds the state as it is now.
        _queue.CompleteWaiting(tried, _blocked.Count);
        _blocked.CompleteWaiting();
    }

    private void NoteFiled(FilingItem item)
    {
        if (item is { Stamp: { } stamp, Info: { } info, Version.IsOfVersion: false })
        {
            _headers.Add(new FiledHeader(item.Document, info.Version, _media.Pack(info), stamp));
        }

        _pending.Remove(item.Document, item.Version.Version);
        _space.Discharge(item.ChargedBytes + _blocked.Remove(item.Document, out bool isNews));
        item.ChargedBytes = 0;
        if (isNews)
        {
            _logger.LogInformation("All documents in {Directory} are filed again.", item.Directory);
        }
    }

    private void Block(FilingItem item, Exception failure)
    {
        _space.Discharge(_blocked.Add(item.Document, item.Version, (item.FirstSequence, item.Sequence), item.ChargedBytes, failure, out bool isNews));
        item.ChargedBytes = 0;
        if (isNews)
        {
            _logger.LogWarning(
                "Documents in {Directory} wait to be filed, others do not: {Reason}. Acknowledged data is safe in the journal.", item.Directory, failure.Message);
        }

        if (failure is FileSystemException { IsOutOfSpace: true })
        {
            _space.NoteFull(SpaceCause.Filing, failure.Message);
        }
    }

    /// <summary>
    /// Copies the records of blocked documents from older segments into the newest. A record is copied again only when the
    /// journal has grown by twice what all of them take. So copies alone never cause the next copies.
    /// </summary>
    private void CarryBlocked()
    {
        if (_blocked.Count == 0 || _carry.UnderWay > 0 || _backlog.Fill < CarryFill)
        {
            return;
        }

        long apart = 2 * _blocked.Bytes / _journal.SegmentBytes;
        if (_journal.Segments.After(_journal.Segments.Newest - 1 - apart) is not { Header.StartsAfter: var through })
        {
            return;
        }

        foreach (Sha256Digest document in _blocked.Holding(GroupBuffer.UsualBytes, through))
        {
            if (_pending.TryFind(document, out PendingVersion version))
            {
                Carry(document, version);
            }
        }
    }

    private void Carry(Sha256Digest document, in PendingVersion version)
    {
        bool hasBegun = false;
        _blocked.NoteCarried(document, true); // first: its ticket may come before this returns
        try
        {
            hasBegun = _carry.TryBegin(document, version, () => _blocked.NoteCarried(document, false));
        }
        finally
        {
            if (!hasBegun)
            {
                _blocked.NoteCarried(document, false);
            }
        }
    }
}
