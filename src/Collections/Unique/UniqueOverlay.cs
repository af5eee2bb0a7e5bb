namespace DocService.Collections.Unique;

/// <summary>The values of documents whose commits are published and may not be in the index yet.</summary>
/// <remarks>
/// Owns: one entry for each write of a document with unique indexes that the index may lack. Thread: any; <see cref="Publish"/> is the
/// journal's, before the locks of the commit are given back, and it neither waits long nor allocates.
/// Invariants: entries stand in the order of their commits. An entry leaves only when the index shows its commit to
/// everybody, so whoever looks here first and at the index afterwards misses nothing; in the other order a value could move
/// from here to there in between. While somebody looks, only what was in the index when the look began leaves.
/// </remarks>
internal sealed class UniqueOverlay
{
    /// <summary>Beyond it all of them go, and no write is judged before the index has caught up.</summary>
    private readonly int _entriesMax;
    private readonly Lock _gate = new();
    private readonly Dictionary<DocumentKey, OverlayEntry> _documents = []; // the newest entry of each
    private readonly Dictionary<Sha256Digest, OverlayEntry> _values = []; // which of these has the value
    private readonly List<long> _looks = []; // the positions that looks under way began with: hardly more than threads
    private OverlayEntry? _first;
    private OverlayEntry? _last;
    private OverlayEntry? _firstUnread; // published, and not in the tables yet
    private long _completeFrom;
    private int _count;

    public UniqueOverlay(int entriesMax = 200_000) => _entriesMax = entriesMax;

    /// <summary>Entries that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>It knows nothing of commits up to here.</summary>
    public void BeginFrom(long sequence)
    {
        lock (_gate)
        {
            _completeFrom = Math.Max(_completeFrom, sequence);
        }
    }

    public void Publish(OverlayEntry entry, long sequence)
    {
        lock (_gate)
        {
            entry.Sequence = sequence;
            if (_last is null)
            {
                _first = entry;
            }
            else
            {
                _last.Next = entry;
            }

            _last = entry;
            _firstUnread ??= entry;
            _count++;
            if (_count > _entriesMax)
            {
                Forget_NeedsLock(sequence);
            }
        }
    }

    /// <summary>Of earlier commits it knows nothing.</summary>
    public long CompleteFrom
    {
        get
        {
            lock (_gate)
            {
                return _completeFrom;
            }
        }
    }

    /// <summary>Begins to look at what may not be in the index.</summary>
    /// <param name="indexedThrough">Commits up to here are in every snapshot of the index that is taken from now on.</param>
    public OverlayLook Look(long indexedThrough)
    {
        var look = new OverlayLook(this, indexedThrough);
        lock (_gate)
        {
            LetGo_NeedsLock(_looks.Count == 0 ? indexedThrough : Math.Min(indexedThrough, _looks.Min()));
            TakeIn_NeedsLock(); // only what is left: after many deletes it is little
            _looks.Add(indexedThrough); // last: where there is no memory, nothing is held
        }

        return look;
    }

    public OverlayEntry? FindHolder(Sha256Digest value)
    {
        lock (_gate)
        {
            return _values.GetValueOrDefault(value);
        }
    }

    public OverlayEntry? FindNewest(DocumentKey key)
    {
        lock (_gate)
        {
            return _documents.GetValueOrDefault(key);
        }
    }

    /// <summary>A look is over.</summary>
    public void End(long indexedThrough)
    {
        lock (_gate)
        {
            _looks.Remove(indexedThrough);
        }
    }

    /// <summary>What has been published since the last look.</summary>
    private void TakeIn_NeedsLock()
    {
        for (; _firstUnread is { } entry; _firstUnread = entry.Next)
        {
            Remove_NeedsLock(_documents.GetValueOrDefault(entry.Key));
            _documents[entry.Key] = entry;
            foreach (Sha256Digest value in entry.Values)
            {
                _values[value] = entry;
            }
        }
    }

    private void LetGo_NeedsLock(long indexedThrough)
    {
        while (_first is { } indexed && indexed.Sequence <= indexedThrough)
        {
            Remove_NeedsLock(indexed);
            _first = indexed.Next;
            _firstUnread = _firstUnread == indexed ? _first : _firstUnread;
            _last = _first is null ? null : _last;
            _count--;
        }
    }

    private void Remove_NeedsLock(OverlayEntry? entry)
    {
        if (entry is null)
        {
            return;
        }

        foreach (Sha256Digest value in entry.Values)
        {
            if (_values.GetValueOrDefault(value) == entry)
            {
                _values.Remove(value);
            }
        }

        if (_documents.GetValueOrDefault(entry.Key) == entry)
        {
            _documents.Remove(entry.Key);
        }
    }

    private void Forget_NeedsLock(long through)
    {
        _completeFrom = Math.Max(_completeFrom, through);
        _first = _last = _firstUnread = null;
        _documents.Clear();
        _values.Clear();
        _count = 0;
    }
}
