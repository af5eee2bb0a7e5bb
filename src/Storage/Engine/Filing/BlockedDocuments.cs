using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// Documents that could not be filed when their turn came, while others were: their directory cannot be written, there is no
/// room for them, descriptors or memory have run out. Each is tried again with growing pauses, and stays served from the
/// journal meanwhile.
/// </summary>
/// <remarks>
/// Owns: them, and the writes that wait for them. Thread: the filer's adds, tries and removes; any asks and waits.
/// Invariant: filedThrough stays below the record of each of them.
/// </remarks>
/// <param name="journalBytes">Of which they may take a part.</param>
/// <param name="documentsMax">Unfiled operations that the store may have; of these they may be the same part.</param>
/// <param name="threads">How writes wait for them, and the time.</param>
internal sealed class BlockedDocuments(long journalBytes, int documentsMax, IThreads threads)
{
    /// <summary>
    /// Documents that are blocked because of their directory may take this part of the journal, and be this part of the
    /// unfiled operations. Beyond it, writes into that directory are refused.
    /// </summary>
    private const int RefusedShare = 16;

    /// <summary>They are carried forward while they take at most this part. Beyond it, copies would take as much room as they free.</summary>
    private const int CarriedShare = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Sha256Digest, Blocked> _documents = [];
    private readonly PriorityQueue<Sha256Digest, long> _due = new(); // an entry is out of date when the document has another time by now
    private readonly Obstacles _obstacles = new();
    private readonly List<Waiter> _waiters = [];
    private long _bytes;
    private int _outOfSpace;
    private int _ofTheirPlace;
    private volatile bool _isStopped;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _documents.Count;
            }
        }
    }

    /// <summary>What those take of the journal that are blocked because of their directory.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether one of them waits for room on the disk.</summary>
    public bool IsOutOfSpace => Volatile.Read(ref _outOfSpace) > 0;

    /// <summary>The lowest sequence of a record that holds one of them; the largest number when there are none.</summary>
    public long LowestSequence
    {
        get
        {
            lock (_gate)
            {
                long lowest = long.MaxValue;
                foreach (Blocked blocked in _documents.Values)
                {
                    lowest = Math.Min(lowest, blocked.Sequence);
                }

                return lowest;
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
                if (!_due.TryPeek(out _, out long due))
                {
                    return Timeout.InfiniteTimeSpan;
                }

                TimeSpan left = threads.Clock.GetElapsedTime(threads.Clock.GetTimestamp(), due);
                return left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : TimeSpan.Zero;
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
                return _obstacles.ToString();
            }
        }
    }

    /// <summary>Whether the document is blocked.</summary>
    public bool Contains(Sha256Digest document)
    {
        lock (_gate)
        {
            return _documents.ContainsKey(document);
        }
    }

    /// <summary>Refuses a write into a directory with blocked documents when too much of the journal is theirs.</summary>
    /// <exception cref="StoreBusyException">Nothing has been done.</exception>
    public void ThrowIfFull(Sha256Digest document)
    {
        if (!IsMuch)
        {
            return;
        }

        lock (_gate)
        {
            int shard = DocumentPath.ShardOf(document);
            if (IsMuch && _obstacles.In(shard) is { } reason)
            {
                throw new StoreBusyException($"The directory docs/{DocumentPath.ShardName(shard)} takes no documents, and the journal holds enough of those that wait for it: {reason}.");
            }
        }
    }

    /// <summary>Ends when none of the documents is blocked, or when filing has ended in this run.</summary>
    /// <param name="documents">Those of one commit.</param>
    /// <param name="timeout">Longest; after it the task ends as well.</param>
    public async Task WaitAsync(IReadOnlyList<Sha256Digest> documents, TimeSpan timeout)
    {
        var waiter = new Waiter(documents, threads);
        lock (_gate)
        {
            if (_isStopped || !IsBlocked_NeedsLock(waiter))
            {
                return;
            }

            _waiters.Add(waiter);
        }

        try
        {
            await waiter.Given.WaitAsync(timeout, threads.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                waiter.TryGiveUp();
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>One whose time has come to be tried again; <see cref="TakeDue"/> takes it, and then it is added again, or removed.</summary>
    public bool TryPeekDue(out Sha256Digest document)
    {
        lock (_gate)
        {
            while (_due.TryPeek(out document, out long due) && due <= threads.Clock.GetTimestamp())
            {
                if (_documents.TryGetValue(document, out Blocked blocked) && blocked.Due == due)
                {
                    return true;
                }

                _due.Dequeue();
            }

            return false;
        }
    }

    public void TakeDue()
    {
        lock (_gate)
        {
            _due.Dequeue();
        }
    }

    /// <summary>Takes up a document that could not be filed, or could not once more. Its charge is taken over.</summary>
    /// <param name="item">The document.</param>
    /// <param name="failure">What came in the way.</param>
    /// <param name="isNews">Whether an operator should be told: the first one in its directory, or the first at all where the reason is not of its directory.</param>
    /// <returns>What is to be settled: the charge of a version before it.</returns>
    public long Add(FilingItem item, Exception failure, out bool isNews)
    {
        lock (_gate)
        {
            bool exists = _documents.TryGetValue(item.Document, out Blocked before);
            TimeSpan pause = !exists ? FirstPause : before.Pause * 2 < LastPause ? before.Pause * 2 : LastPause;
            bool isCharged = item.ChargedBytes > 0;
            var blocked = new Blocked(
                SequenceOf(item, exists ? before.Sequence : item.FirstSequence),
                isCharged ? item.ChargedBytes : before.ChargedBytes,
                RecordHeader.Bytes + item.Version.Locator.Bytes,
                item.Shard,
                failure is FileSystemException { Error: var error } ? error : Errno.ENOMEM,
                pause,
                threads.Clock.GetTimestamp() + (long)(pause.TotalSeconds * threads.Clock.TimestampFrequency),
                before.IsCarried && item.Sequence <= before.Sequence);
            isNews = !exists && (blocked.IsOfItsPlace ? _obstacles.In(item.Shard) is null : _documents.Count == 0);

            // Whatever needs memory comes first: then it is done again as a whole.
            _due.Enqueue(item.Document, blocked.Due);
            _documents[item.Document] = blocked;
            Count_NeedsLock(blocked, failure.Message, 1);
            if (exists)
            {
                Count_NeedsLock(before, null, -1);
            }

            item.ChargedBytes = 0;
            return isCharged ? before.ChargedBytes : 0;
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
            if (!_documents.Remove(document, out Blocked blocked))
            {
                return 0;
            }

            Count_NeedsLock(blocked, null, -1);
            isNews = blocked.IsOfItsPlace && _obstacles.In(blocked.Shard) is null;
            return blocked.ChargedBytes;
        }
    }

    /// <summary>
    /// The documents to be carried forward next: those of the lowest sequences, because they keep the most segments from
    /// release. At least one, and at most so many bytes of records. Only those that are blocked because of their directory
    /// and have no copy on the way.
    /// </summary>
    public List<Sha256Digest> Holding(long bytes)
    {
        lock (_gate)
        {
            var holding = new List<Sha256Digest>();
            if (_bytes > journalBytes / CarriedShare)
            {
                return holding;
            }

            foreach ((Sha256Digest document, Blocked blocked) in _documents.Where(pair => pair.Value is { IsOfItsPlace: true, IsCarried: false }).OrderBy(pair => pair.Value.Sequence))
            {
                bytes -= blocked.Bytes;
                if (bytes < 0 && holding.Count > 0)
                {
                    break;
                }

                holding.Add(document);
            }

            return holding;
        }
    }

    /// <summary>Notes whether a copy of its record is on the way. When that arrives, its ticket ends it.</summary>
    public void NoteCarried(Sha256Digest document, bool isCarried)
    {
        lock (_gate)
        {
            if (_documents.TryGetValue(document, out Blocked blocked))
            {
                _documents[document] = blocked with { IsCarried = isCarried };
            }
        }
    }

    /// <summary>After a chunk: ends the wait of every write that has no blocked document any more.</summary>
    public void CompleteWaiting()
    {
        lock (_gate)
        {
            for (int index = _waiters.Count - 1; index >= 0; index--)
            {
                if (!IsBlocked_NeedsLock(_waiters[index]))
                {
                    _waiters[index].TryGive();
                    _waiters.RemoveAt(index);
                }
            }
        }
    }

    /// <summary>Filing has ended: the wait of every write ends.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _waiters.ForEach(waiter => waiter.TryGive());
            _waiters.Clear();
        }
    }

    /// <summary>
    /// The sequence of the record that must be kept. As a rule it is the newest record. It is the first one where an
    /// earlier version knew of evidence and the newest record does not say so. A copy that is carried forward says so.
    /// </summary>
    private static long SequenceOf(FilingItem item, long first) =>
        item.Version.KeepsEvidence && item.Version.Version >= item.Sequence ? first : Math.Max(item.Sequence, first);

    /// <summary>Whether those that are blocked because of their directory have their part of the journal or of the operations.</summary>
    private bool IsMuch => Bytes > journalBytes / RefusedShare || Volatile.Read(ref _ofTheirPlace) > documentsMax / RefusedShare;

    private bool IsBlocked_NeedsLock(Waiter waiter)
    {
        foreach (Sha256Digest document in waiter.Documents)
        {
            if (_documents.ContainsKey(document))
            {
                return true;
            }
        }

        return false;
    }

    private void Count_NeedsLock(in Blocked blocked, string? reason, int change)
    {
        _obstacles.Count(blocked.Shard, blocked.Error, reason, change);
        _outOfSpace += blocked.IsOutOfSpace ? change : 0;
        Volatile.Write(ref _ofTheirPlace, _ofTheirPlace + (blocked.IsOfItsPlace ? change : 0));
        Volatile.Write(ref _bytes, _bytes + (blocked.IsOfItsPlace ? change * blocked.Bytes : 0));
    }

    /// <param name="Sequence">Of the record that holds it: filedThrough stays below.</param>
    /// <param name="ChargedBytes">What it will take of the disk.</param>
    /// <param name="Bytes">What it takes of the journal.</param>
    /// <param name="Shard">Its directory.</param>
    /// <param name="Error">What came in the way.</param>
    /// <param name="Pause">Before it is tried again.</param>
    /// <param name="Due">When that is.</param>
    /// <param name="IsCarried">A copy of the record is on the way; it will be a higher sequence that holds the document.</param>
    private readonly record struct Blocked(long Sequence, long ChargedBytes, int Bytes, int Shard, Errno Error, TimeSpan Pause, long Due, bool IsCarried)
    {
        public bool IsOutOfSpace => Error is Errno.ENOSPC or Errno.EDQUOT;

        /// <summary>Whether the reason is the document's own directory, and not a lack that every document could meet.</summary>
        public bool IsOfItsPlace => !IsOutOfSpace && Error is not (Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM);
    }

    private sealed class Waiter(IReadOnlyList<Sha256Digest> documents, IThreads threads) : Turn(threads)
    {
        public IReadOnlyList<Sha256Digest> Documents { get; } = documents;
    }
}
