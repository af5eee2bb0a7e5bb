using DocService.Storage.Engine.Versions;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Blocking;

/// <summary>
/// Documents that could not be filed when their turn came, while others were: their directory cannot be written, there is no
/// room for them, descriptors or memory have run out. They are tried again (<see cref="Obstacle"/>), and stay served from
/// the journal meanwhile.
/// </summary>
/// <remarks>
/// Owns: them, and the writes that wait for them. Thread: the filer's adds, tries and removes; any asks and waits.
/// Invariant: filedThrough stays below the record of each of them.
/// However many there are, each question and each change takes a few steps, or as many as there are obstacles.
/// </remarks>
internal sealed class BlockedDocuments
{
    /// <summary>
    /// Documents that are blocked because of their directory may take this part of the journal, and be this part of the
    /// unfiled operations. Beyond it, writes into that directory are refused.
    /// </summary>
    private const int RefusedShare = 16;

    /// <summary>They are carried forward while they take at most this part. Beyond it, copies would take as much room as they free.</summary>
    private const int CarriedShare = 4;

    private readonly Lock _gate = new();
    private readonly BlockedTable _table;
    private readonly BlockedWaits _waits;
    private readonly Predicate<Sha256Digest> _isBlocked;
    private readonly TimeProvider _clock;
    private readonly long _journalBytes;
    private readonly int _documentsMax;
    private bool _isStopped;

    /// <param name="journalBytes">Of which they may take a part.</param>
    /// <param name="documentsMax">Unfiled operations that the store may have; of these they may be the same part.</param>
    /// <param name="threads">How writes wait for them, and the time.</param>
    public BlockedDocuments(long journalBytes, int documentsMax, IThreads threads)
    {
        _journalBytes = journalBytes;
        _documentsMax = documentsMax;
        _clock = threads.Clock;
        _table = new BlockedTable(new Obstacles(threads.Clock));
        _waits = new BlockedWaits(threads);
        _isBlocked = _table.Contains;
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _table.Count;
            }
        }
    }

    /// <summary>What those take of the journal that are blocked because of their directory.</summary>
    public long Bytes => _table.Bytes;

    /// <summary>Whether one of them waits for room on the disk.</summary>
    public bool IsOutOfSpace => _table.IsOutOfSpace;

    /// <summary>The lowest sequence of a record that holds one of them; the largest number when there are none.</summary>
    public long LowestSequence
    {
        get
        {
            lock (_gate)
            {
                return _table.LowestSequence;
            }
        }
    }

    /// <summary>Time until one of them is to be tried again; infinite when there are none.</summary>
    public TimeSpan UntilDue
    {
        get
        {
            lock (_gate)
            {
                return _table.Obstacles.UntilDue;
            }
        }
    }

    /// <summary>Why they are, by directory and error, for operators; null when there are none.</summary>
    public string? Obstacle
    {
        get
        {
            lock (_gate)
            {
                return _table.Obstacles.ToString();
            }
        }
    }

    /// <summary>Whether the document is blocked.</summary>
    public bool Contains(Sha256Digest document)
    {
        lock (_gate)
        {
            return _table.Contains(document);
        }
    }

    /// <summary>Refuses a write into a directory with blocked documents, or of a version that is to be kept in one, when too much of the journal is theirs.</summary>
    /// <exception cref="StoreBusyException">Nothing has been done.</exception>
    public void ThrowIfFull(DocumentKey document, bool isOfVersions = false)
    {
        if (Bytes <= _journalBytes / RefusedShare && _table.Placed <= _documentsMax / RefusedShare)
        {
            return;
        }

        lock (_gate)
        {
            int place = Blocking.Obstacle.PlaceOf(document.Digest, isOfVersions);
            if (_table.Obstacles.In(place) is { } reason)
            {
                throw new StoreBusyException($"The directory {Blocking.Obstacle.NameOf(place)} takes no documents, and the journal holds enough of those that wait for it: {reason}.") { Document = document, NamesFiles = true };
            }
        }
    }

    /// <summary>Ends when none of the documents is blocked, or when filing has ended in this run.</summary>
    /// <param name="documents">Those of one commit.</param>
    /// <param name="timeout">Longest; after it the task ends as well.</param>
    public async Task WaitAsync(Sha256Digest[] documents, TimeSpan timeout)
    {
        BlockedWaits.Waiter waiter;
        lock (_gate)
        {
            if (_isStopped || !Array.Exists(documents, _isBlocked))
            {
                return;
            }

            waiter = _waits.Add(documents);
        }

        try
        {
            await waiter.Given.WaitAsync(timeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                _waits.GiveUp(waiter);
            }
        }
    }

    /// <summary>The next document whose time has come to be tried again; then it is added again, or removed. Needs no memory.</summary>
    public bool TryTakeDue(out Sha256Digest document)
    {
        lock (_gate)
        {
            bool isDue = _table.Obstacles.TryTake(out BlockedDocument? blocked);
            document = isDue ? blocked!.Digest : default;
            return isDue;
        }
    }

    /// <summary>Takes up a document that could not be filed, or could not once more. If memory runs out, nothing has changed.</summary>
    /// <param name="document">Which.</param>
    /// <param name="version">The one that could not be filed.</param>
    /// <param name="records">Those that tickets have told of it since it was last added: the sequences of the first and the last; 0 if it was only tried again.</param>
    /// <param name="chargedBytes">What those were charged; taken over.</param>
    /// <param name="failure">What came in the way.</param>
    /// <param name="isNews">Whether an operator should be told: the first one in its directory, or the first at all where the reason is not of its directory.</param>
    /// <returns>What is to be settled: the charge of a version before it.</returns>
    public long Add(Sha256Digest document, in PendingVersion version, (long First, long Last) records, long chargedBytes, Exception failure, out bool isNews)
    {
        lock (_gate)
        {
            int shard = Blocking.Obstacle.PlaceOf(document, version.IsOfVersion);
            BlockedDocument? before = _table.Find(document);
            bool isFirstInIt = _table.Obstacles.In(shard) is null;
            Obstacle obstacle = _table.Obstacles.Of(shard, failure);
            var blocked = BlockedDocument.Of(document, version, records, chargedBytes, obstacle, before);
            isNews = before is null && (obstacle.Shard is null ? _table.Count == 0 : isFirstInIt);
            _table.Put(blocked, before);
            return before is not null && chargedBytes > 0 ? before.ChargedBytes : 0;
        }
    }

    /// <summary>The document is filed.</summary>
    /// <param name="document">Which.</param>
    /// <param name="isNews">Whether an operator should be told: it was the last one that its directory held up.</param>
    /// <returns>What is to be settled; 0 if it was not blocked.</returns>
    public long Remove(Sha256Digest document, out bool isNews)
    {
        lock (_gate)
        {
            isNews = false;
            if (_table.Remove(document) is not { } blocked)
            {
                return 0;
            }

            blocked.Obstacle.NoteFiled();
            isNews = blocked.Obstacle.Shard is { } shard && _table.Obstacles.In(shard) is null;
            return blocked.ChargedBytes;
        }
    }

    /// <summary>
    /// The documents to be carried forward next: those of the lowest sequences, because they keep the most segments from
    /// release. At least one, and at most so many bytes of records. Only those that are blocked because of their directory
    /// and have no copy on the way.
    /// </summary>
    /// <param name="bytes">Of their records.</param>
    /// <param name="through">The last sequence that is far enough from the journal's end.</param>
    public List<Sha256Digest> Holding(long bytes, long through)
    {
        lock (_gate)
        {
            return Bytes > _journalBytes / CarriedShare ? [] : _table.Holding(bytes, through);
        }
    }

    /// <summary>Notes whether a copy of its record is on the way. When that arrives, its ticket ends it. Needs no memory.</summary>
    public void NoteCarried(Sha256Digest document, bool isCarried)
    {
        lock (_gate)
        {
            if (_table.Find(document) is { } blocked)
            {
                blocked.IsCarried = isCarried;
            }
        }
    }

    /// <summary>After a chunk: ends the wait of every write that has no blocked document any more. Needs no memory.</summary>
    public void CompleteWaiting()
    {
        lock (_gate)
        {
            _waits.Complete(_isBlocked);
        }
    }

    /// <summary>Filing has ended: the wait of every write ends.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _waits.Complete(static _ => false);
        }
    }
}
