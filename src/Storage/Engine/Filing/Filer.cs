using DocService.Storage.Documents;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// Behind the acknowledgement: brings published versions from the journal into their documents' files, in sequence
/// order, the newest of each key only, so that the journal can let go of them.
/// </summary>
/// <remarks>
/// Owns: a thread. Thread: its own; <see cref="FilingQueue"/> is how others reach it.
/// Invariants: filedThrough passes a commit only when each of its documents is renamed into place, that version or a
/// later one, and its directory is synced. Chunk n+1 starts when chunk n's directory syncs have returned.
/// On failure: what changes nothing is tried again with growing pauses, the data is safe in the journal meanwhile; a
/// failed sync fences the store and ends filing.
/// </remarks>
internal sealed class Filer : IDisposable
{
    /// <summary>Temporary files that are open at a time: they share one write-back.</summary>
    private const int OpenTempsMax = 2048;

    /// <summary>What of the process's descriptors temporary files may take, beside connections and readers.</summary>
    private const int HandlesShare = 8;

    /// <summary>Documents filed together after a failure.</summary>
    private const int CarefulDocuments = 64;

    /// <summary>Bytes in a chunk.</summary>
    private const long ChunkBytesMax = 16 * 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(1);

    private readonly DocumentFiles _files;
    private readonly MediaTypes _media;
    private readonly FiledHeaders _headers;
    private readonly FilingQueue _queue;
    private readonly Pending _pending;
    private readonly JournalWriter _journal;
    private readonly DiskSpace _space;
    private readonly StoreHealth _health;
    private readonly FilingRhythm _rhythm;
    private readonly WriteBack _writeBack;
    private readonly ILogger _logger;
    private readonly DiskThreads _threads;
    private readonly IThreads _system;
    private IThread? _thread; // null before the start
    private readonly int _openTempsMax;
    private int _openTemps;

    public Filer(DocumentFiles files, int handlesMax, MediaTypes media, FiledHeaders headers, FilingQueue queue, Pending pending, JournalWriter journal, Backlog backlog, DiskSpace space, StoreHealth health, IThreads threads, ILogger logger)
    {
        _files = files;
        _media = media;
        _headers = headers;
        _queue = queue;
        _pending = pending;
        _journal = journal;
        _space = space;
        _health = health;
        _rhythm = new FilingRhythm(queue, journal.Marks, backlog, space, threads.Clock);
        _writeBack = new WriteBack(files, threads.Clock);
        _logger = logger;
        _openTempsMax = Math.Clamp(handlesMax / HandlesShare, 1, OpenTempsMax);
        _openTemps = _openTempsMax;
        _threads = new DiskThreads(FilingPace.Full.Workers, threads);
        _system = threads;
    }

    /// <summary>Why filing does not get on at present; null when it does.</summary>
    public string? Obstacle { get; private set; }

    public void Start() => _thread = _system.Start("docservice-filer", Work);

    /// <summary>No more lingering: what is there is filed at once.</summary>
    public void Drain()
    {
        _rhythm.Drain();
        _ = _queue.WaitAsync(_journal.Marks.DurableThrough, _journal.Marks.FiledThrough);
    }

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
            while (_queue.WaitForTickets(_rhythm.Linger))
            {
                _rhythm.Begin();
                FilingChunk chunk = TakeChunk();
                if (!FileUntilDone(chunk))
                {
                    return;
                }

                // A single large document says nothing of how many are filed a second.
                bool isLarge = chunk.Bytes >= ChunkBytesMax / 2 && chunk.Items.Count >= _rhythm.Pace.Workers;
                bool isTelling = (isLarge || chunk.Items.Count >= _rhythm.Pace.ChunkDocuments / 4) && Obstacle is null;
                Conclude(chunk);
                _rhythm.End(chunk.Items.Count, isTelling);
                _rhythm.GiveWay();
            }
        }
        catch (Exception exception)
        {
            _health.Fence($"documents cannot be filed: {exception.Message}", exception);
        }
        finally
        {
            _queue.Stop();
        }
    }

    private FilingChunk TakeChunk()
    {
        var chunk = new FilingChunk(_files, _journal.Segments, _threads);
        while (_queue.TryPeek(out FilingTicket ticket))
        {
            // A document that is filed by now in a later version is not pending, and costs nothing more. One that is in
            // the chunk may have got a later version since: it is that one that the ticket stands for.
            if (_pending.TryFind(ticket.Document, out PendingVersion version) && !chunk.TryRenew(ticket.Document, version))
            {
                bool isFull = chunk.Items.Count > 0 && (chunk.Items.Count >= _rhythm.Pace.ChunkDocuments || chunk.Bytes + version.Locator.Bytes > ChunkBytesMax);
                if (isFull || !chunk.TryAdd(ticket.Document, version))
                {
                    // A commit counts as filed only when all of its documents are.
                    chunk.Through = ticket.Sequence - 1;
                    return chunk;
                }
            }

            _queue.Take();
            chunk.ChargedBytes += ticket.ChargedBytes;
            chunk.Through = ticket.Sequence;
        }

        return chunk;
    }

    /// <summary>False when filing has to end: stopped, or fenced.</summary>
    private bool FileUntilDone(FilingChunk chunk)
    {
        TimeSpan pause = FirstPause;
        while (!TryFile(chunk))
        {
            if (_health.State == StoreState.Fenced || !_queue.Pause(pause))
            {
                chunk.DropTemps();
                return false;
            }

            pause = pause * 2 < LastPause ? pause * 2 : LastPause;
        }

        return true;
    }

    /// <summary>
    /// All four steps of a chunk in phases. After a failure some documents at a time: what can be filed is, and makes room,
    /// and few temporary files take some.
    /// </summary>
    private bool TryFile(FilingChunk chunk) =>
        Obstacle is null
            ? chunk.Slices(_openTemps).All(slice => TryWriteAndSync(chunk, slice)) && TryPublish(chunk, [.. chunk.Items])
            : chunk.Slices(Math.Min(_openTemps, CarefulDocuments)).All(slice => TryWriteAndSync(chunk, slice) && TryPublish(chunk, slice));

    private bool TryWriteAndSync(FilingChunk chunk, FilingItem[] slice)
    {
        if (!TryPhase(chunk, () => chunk.WriteTemps(slice, _rhythm.Pace.Workers)))
        {
            return false;
        }

        if (_rhythm.Pace == FilingPace.Full)
        {
            _writeBack.Before(slice.Count(item => item.Temp is not null));
        }

        return TryPhase(chunk, () => chunk.SyncTemps(slice, _rhythm.Pace.Workers));
    }

    private bool TryPublish(FilingChunk chunk, FilingItem[] slice) =>
        TryPhase(chunk, () => chunk.Rename(slice, _rhythm.Pace.Workers))
        && TryPhase(chunk, () => chunk.SyncDirectories(slice, _rhythm.Pace.Workers));

    private bool TryPhase(FilingChunk chunk, Action phase)
    {
        try
        {
            phase();
            return true;
        }
        catch (FileSystemException exception)
        {
            chunk.DropTemps();

            bool isFull = exception.IsOutOfSpace;
            if (!isFull && (exception.IsSync || exception.Error == Errno.EROFS))
            {
                _health.Fence($"a document could not be filed: {exception.Message}", exception);
                return false;
            }

            Note(exception);
            if (exception.IsOutOfHandles)
            {
                _openTemps = Math.Max(1, _openTemps / 2);
            }

            if (isFull)
            {
                _space.NoteFull(SpaceCause.Filing, exception.Message);
                ApplyDeletesEarly();
            }

            return false;
        }
    }

    /// <summary>The disk is full: published deletes need no room and make some, so they do not wait for their turn.</summary>
    private void ApplyDeletesEarly()
    {
        var chunk = new FilingChunk(_files, _journal.Segments, _threads);
        foreach ((Sha256Digest document, PendingVersion version) in _pending.UnappliedDeletes(FilingPace.Gentle.ChunkDocuments))
        {
            chunk.TryAdd(document, version);
        }

        try
        {
            FilingItem[] all = [.. chunk.Items.Where(item => TryName(chunk, item))];
            chunk.Rename(all, 1);

            // For the room alone: the blocks are free when this is durable. The delete is filed again in its turn.
            chunk.SyncDirectories(all, 1);
            foreach (FilingItem item in all)
            {
                _pending.NoteAppliedEarly(item.Document, item.Version.Version);
            }
        }
        catch (FileSystemException exception) when (!exception.IsSync)
        {
            Note(exception);
        }
    }

    /// <summary>Learns from its record which document a delete is of. If that cannot be read, its turn will tell; the others need not wait for it.</summary>
    private bool TryName(FilingChunk chunk, FilingItem item)
    {
        try
        {
            chunk.WriteTemps([item], 1);
            return true;
        }
        catch (FileSystemException exception)
        {
            _logger.LogDebug("A delete waits for its turn: {Reason}", exception.Message); // which will warn, and not each second
            return false;
        }
        catch (JournalDamagedException exception)
        {
            _logger.LogWarning("A delete waits for its turn, which will fence the store: {Reason}", exception.Message);
            return false;
        }
    }

    private void Conclude(FilingChunk chunk)
    {
        foreach (FilingItem item in chunk.Items)
        {
            if (item is { Stamp: { } stamp, Info: { } info })
            {
                _headers.Add(new FiledHeader(item.Document, info.Version, _media.Pack(info), stamp));
            }

            _pending.Remove(item.Document, item.Version.Version);
        }

        long through = Math.Max(_journal.Marks.FiledThrough, chunk.Through);
        _journal.Marks.AdvanceFiled(through);
        _space.Discharge(chunk.ChargedBytes);
        Obstacle = null;
        _openTemps = Math.Min(_openTempsMax, _openTemps + (_openTemps / 16) + 1);
        _space.NoteRoom(SpaceCause.Filing);
        _queue.CompleteWaiting(through); // last: whoever waits finds the state as it is now
        _journal.NoteFiled();
    }

    private void Note(FileSystemException exception)
    {
        if (Obstacle is null)
        {
            _logger.LogWarning("Filing waits and tries again: {Reason}. Acknowledged data is safe in the journal.", exception.Message);
        }

        Obstacle = exception.Message;
    }
}
