using System.Collections.Immutable;

namespace DocService.Collections.Unique;

/// <summary>The values of documents whose commits are published and may not be in the index yet.</summary>
/// <remarks>
/// Owns: one entry for each write of a document with unique indexes that the index may lack. Thread: any; <see cref="Publish"/> is the
/// journal's, before the locks of the commit are given back, and it neither waits long nor allocates.
/// Invariants: entries stand in the order of their commits. An entry leaves only when the index shows its commit to
/// everybody, so whoever looks here first and at the index afterwards misses nothing; in the other order a value could move
/// from here to there in between.
/// </remarks>
internal sealed class UniqueOverlay
{
    /// <summary>Beyond it all of them go, and no write is judged before the index has caught up.</summary>
    private readonly int _entriesMax;
    private readonly Lock _gate = new();
    private ImmutableDictionary<DocumentKey, OverlayEntry> _documents = ImmutableDictionary<DocumentKey, OverlayEntry>.Empty;
    private ImmutableDictionary<Sha256Digest, OverlayEntry> _values = ImmutableDictionary<Sha256Digest, OverlayEntry>.Empty;
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
                Forget_NeedsLock();
            }
        }
    }

    /// <summary>What may not be in the index.</summary>
    /// <param name="indexedThrough">Commits up to here are in every snapshot of the index that is taken from now on.</param>
    public OverlayView Look(long indexedThrough)
    {
        lock (_gate)
        {
            for (; _firstUnread is { } entry; _firstUnread = entry.Next)
            {
                Remove_NeedsLock(_documents.GetValueOrDefault(entry.Key));
                _documents = _documents.SetItem(entry.Key, entry);
                foreach (Sha256Digest value in entry.Values)
                {
                    _values = _values.SetItem(value, entry);
                }
            }

            while (_first is { } indexed && indexed.Sequence <= indexedThrough)
            {
                Remove_NeedsLock(indexed);
                _first = indexed.Next;
                _last = _first is null ? null : _last;
                _count--;
            }

            return new OverlayView(_documents, _values, _completeFrom);
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
                _values = _values.Remove(value);
            }
        }

        if (_documents.GetValueOrDefault(entry.Key) == entry)
        {
            _documents = _documents.Remove(entry.Key);
        }
    }

    private void Forget_NeedsLock()
    {
        _completeFrom = _last!.Sequence;
        _first = _last = _firstUnread = null;
        _documents = ImmutableDictionary<DocumentKey, OverlayEntry>.Empty;
        _values = ImmutableDictionary<Sha256Digest, OverlayEntry>.Empty;
        _count = 0;
    }
}
