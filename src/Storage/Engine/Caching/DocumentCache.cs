using System.Collections.Concurrent;
using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Caching;

/// <summary>Verified documents that are read often, in memory. A hit asks the system once whether the file is still the one that was read.</summary>
/// <remarks>
/// Owns: the entries, so many bytes at most. Thread: any; a visit takes no lock, whatever changes the entries takes the gate.
/// Invariants: an entry was read from the document's file and verified, and no version of the document is pending. The journal's
/// thread drops it before a new version is visible (<see cref="Drop"/>), and what was read before that is not added after it
/// (<see cref="Begin"/>). A file that was changed, replaced or removed by hand has another state or none.
/// On failure: without memory, or where the file's state cannot be asked, there is no entry, and the document is read.
/// Who comes in: what is read a second time within some hundred thousand reads. So a client that reads everything once costs nothing
/// here and pushes nothing out. Who leaves: a hand goes round all places and takes what was not visited since it last came by.
/// </remarks>
internal sealed class DocumentCache
{
    /// <summary>Longest body that is held. A larger one costs more to send than to find, and would push many others out.</summary>
    public const int BodyBytesMax = BodySizes.Large;

    /// <summary>No entry takes more than this part of the room.</summary>
    private const int EntryShare = 16;

    /// <summary>Of the hand, for one new entry: some microseconds under the gate.</summary>
    private const int StepsMax = 512;

    /// <summary>Documents that share a count of writes: a write keeps what is being read of few others out.</summary>
    private const int WriteCounts = 1024;

    private readonly long _capacityBytes;
    private readonly DocumentFiles _files;
    private readonly IThreads _threads;
    private readonly ConcurrentDictionary<string, HeldDocument> _entries;
    private readonly ConcurrentDictionary<string, HeldDocument>.AlternateLookup<ReadOnlySpan<char>> _byId;
    private readonly Lock _gate = new();
    private readonly List<HeldDocument?> _places = [];
    private readonly Stack<int> _free = new(); // places; it has room for all of them
    private int _hand;
    private readonly long[] _writes = new long[WriteCounts];
    private readonly SeenDocuments _seen;
    private long _bytes;
    private long _hits;
    private long _misses;

    /// <param name="capacityBytes">0: nothing is held.</param>
    /// <param name="files">Where the documents are.</param>
    /// <param name="threads">For what a simulation leaves out.</param>
    public DocumentCache(long capacityBytes, DocumentFiles files, IThreads threads)
    {
        _capacityBytes = capacityBytes;
        _files = files;
        _threads = threads;
        _entries = new(Environment.ProcessorCount, (int)Math.Min(capacityBytes / TableSizes.BytesOfADocument, TableSizes.DocumentsMax), StringComparer.Ordinal); // growing makes it anew
        _byId = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
        _seen = new SeenDocuments(capacityBytes);
    }

    public bool IsOff => _capacityBytes == 0;

    public CacheReport Report
    {
        get
        {
            lock (_gate)
            {
                return new CacheReport(_bytes, _places.Count - _free.Count, Interlocked.Read(ref _hits), Interlocked.Read(ref _misses));
            }
        }
    }

    /// <summary>The document, if it is here and its file is unchanged; at once, and without memory. Null says nothing.</summary>
    public CachedDocument? TryRead(ReadOnlySpan<char> id)
    {
        if (!_byId.TryGetValue(id, out HeldDocument? entry))
        {
            return null;
        }

        if (!IsUnchanged(entry))
        {
            Forget(entry);
            return null;
        }

        entry.Visit();
        Interlocked.Increment(ref _hits);
        return entry;
    }

    /// <summary>
    /// Before a document's file is looked for: what has to be told when it is added; null where it is not to be. After this the caller
    /// asks whether any version of it is pending, published or not. If none is, then what it reads is the newest version, unless the
    /// document is written meanwhile.
    /// </summary>
    public long? Begin(DocumentKey key)
    {
        if (IsOff)
        {
            return null;
        }

        Interlocked.Increment(ref _misses);
        return _seen.Note(key) ? Volatile.Read(ref WritesOf(key)) : null;
    }

    /// <summary>Whether a document of this length is held.</summary>
    public bool Takes(DocumentKey key, long bodyBytes) =>
        bodyBytes <= BodyBytesMax && HeldDocument.BytesOf(key, bodyBytes) <= _capacityBytes / EntryShare;

    /// <summary>Holds a document that was read and verified, unless it was written since.</summary>
    /// <param name="key">Which document.</param>
    /// <param name="document">Its body is copied.</param>
    /// <param name="state">Of the file that it was read from, asked before it was read.</param>
    /// <param name="begun">What <see cref="Begin"/> returned.</param>
    public void Add(DocumentKey key, StoredDocument document, FileState state, long begun)
    {
        try
        {
            var entry = new HeldDocument(key, document.Info, document.Body.ToArray(), state);
            lock (_gate)
            {
                if (WritesOf(key) == begun || _threads.LeavesOut(Mend.CacheAddsNothingOld))
                {
                    Add_NeedsLock(entry);
                }
            }
        }
        catch (OutOfMemoryException)
        {
            // Then it is read again. Nothing was changed.
        }
    }

    /// <summary>A version of the document is about to be published. On the journal's thread, once the version is in Pending. Needs no memory.</summary>
    public void Drop(DocumentKey key)
    {
        if (IsOff || _threads.LeavesOut(Mend.CacheDropsWhatIsWritten))
        {
            return;
        }

        lock (_gate)
        {
            WritesOf(key)++;
            if (_entries.TryGetValue(key.Id, out HeldDocument? entry))
            {
                Remove_NeedsLock(entry);
            }
        }
    }

    private bool IsUnchanged(HeldDocument entry)
    {
        try
        {
            return _files.TryGetState(entry.Path) == entry.State || _threads.LeavesOut(Mend.CacheAsksForTheFile);
        }
        catch (FileSystemException)
        {
            return false; // opening it will tell
        }
    }

    private void Forget(HeldDocument entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(entry.Key.Id, out HeldDocument? present) && present == entry)
            {
                Remove_NeedsLock(entry);
            }
        }
    }

    private ref long WritesOf(DocumentKey key) => ref _writes[key.Digest.GetHashCode() & (WriteCounts - 1)];

    private void Add_NeedsLock(HeldDocument entry)
    {
        if (_entries.TryGetValue(entry.Key.Id, out HeldDocument? present))
        {
            if (present.State == entry.State)
            {
                return; // another reader was first
            }

            Remove_NeedsLock(present);
        }

        if (_free.Count == 0)
        {
            _free.EnsureCapacity(_places.Count + 1);
            _places.Add(null);
            _free.Push(_places.Count - 1);
        }

        entry.Place = _free.Peek();
        try
        {
            _entries[entry.Key.Id] = entry; // what may find no memory comes before the rest
        }
        catch (OutOfMemoryException)
        {
            _entries.TryRemove(entry.Key.Id, out _); // it may be in the table, which grows afterwards
            throw;
        }

        _free.Pop();
        _places[entry.Place] = entry;
        _bytes += entry.Bytes;
        MakeRoom_NeedsLock(entry);
    }

    /// <summary>The journal's thread may wait for the gate, so the hand goes a few steps only: where all others are hotter, the new entry leaves.</summary>
    private void MakeRoom_NeedsLock(HeldDocument added)
    {
        for (int step = 0; _bytes > _capacityBytes && step < StepsMax; step++)
        {
            TurnHand_NeedsLock();
        }

        if (_bytes > _capacityBytes)
        {
            Remove_NeedsLock(added);
        }
    }

    private void TurnHand_NeedsLock()
    {
        _hand = (_hand + 1) % _places.Count;
        if (_places[_hand] is { } entry && !entry.TryTakeVisit())
        {
            Remove_NeedsLock(entry);
        }
    }

    private void Remove_NeedsLock(HeldDocument entry)
    {
        _entries.TryRemove(entry.Key.Id, out _);
        _places[entry.Place] = null;
        _free.Push(entry.Place);
        _bytes -= entry.Bytes;
    }
}
