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
    private readonly DocumentFiles _files;
    private readonly MediaTypes _media;
    private readonly FiledHeaders _headers;
    private readonly FilingQueue _queue;
    private readonly BlockedDocuments _blocked;
    private readonly BlockedCarriage _carriage;
    private readonly Pending _pending;
    private readonly JournalWriter _journal;
    private readonly DiskSpace _space;
    private readonly StoreHealth _health;
    private readonly FilingRhythm _rhythm;
    private readonly WriteBack _writeBack;
    private readonly ChunkChoice _choice;
    private readonly ILogger _logger;
    private readonly DiskThreads _threads;
    private readonly IThreads _system;
    private IThread? _thread; // null before the start
    private FilingChunk? _chunk; // under way; kept when memory runs out
    private bool _isAgain;

    public Filer(DocumentFiles files, int handlesMax, MediaTypes media, FiledHeaders headers, FilingQueue queue, BlockedDocuments blocked, BlockedCarriage carriage, Pending pending, JournalWriter journal, Backlog backlog, DiskSpace space, StoreHealth health, IThreads threads, ILogger logger)
    {
        _files = files;
        _media = media;
        _headers = headers;
        _queue = queue;
        _blocked = blocked;
        _carriage = carriage;
        _pending = pending;
        _journal = journal;
        _space = space;
        _health = health;
        _rhythm = new FilingRhythm(queue, journal.Marks, backlog, space, threads.Clock);
        _writeBack = new WriteBack(files, threads.Clock);
        _logger = logger;
        _choice = new ChunkChoice(files.Versions, handlesMax, queue, blocked, pending);
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
                if (!_queue.TryDoErrand())
                {
                    FileOne();
                }
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
            FilingChunk chunk = _chunk ??= new FilingChunk(_files, _journal.Segments, _threads);
            _choice.Fill(chunk);
            if (_isAgain)
            {
                chunk.DropTemps();
            }

            chunk.File(_writeBack.Before);
            Conclude(chunk);
            _chunk = null;
            _isAgain = false;
            _carriage.Carry();
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

        _choice.NoteConcluded(chunk.Items.Count, isOutOfHandles);
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
}
