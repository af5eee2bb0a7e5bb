using DocService.Index.Finding;
namespace DocService.Index.Answering;

/// <summary>
/// The least of all sort keys that are offered, with the ids of their documents: as many as are wanted, or as fit. What
/// did not fit is found by looking again behind the last.
/// </summary>
/// <remarks>
/// Owns: the entries. Thread: one at a time.
/// Invariant: it holds a beginning of the order of all entries that were offered since <see cref="Begin"/>: nothing that was refused
/// stands before something that is kept.
/// </remarks>
internal sealed class LeastKeys(int countMax, long bytesMax)
{
    /// <summary>What an entry takes beside its bytes: two arrays, a place in the heap.</summary>
    private const int EntryBytes = 96;

    private readonly PriorityQueue<Entry, Entry> _kept = new(Comparer<Entry>.Create(static (one, other) => other.CompareTo(one))); // the greatest first
    private Entry? _least; // of those that were refused
    private Entry? _behind;
    private long _bytes;

    /// <summary>Entries were refused: others follow behind the last.</summary>
    public bool WasCut => _least is not null;

    /// <summary>A key and an id.</summary>
    internal sealed record Entry(byte[] Key, byte[] Id) : IComparable<Entry>
    {
        public int CompareTo(Entry? other) => other is null ? 1 : CompareTo(other.Key, other.Id);

        public int CompareTo(ReadOnlySpan<byte> key, ReadOnlySpan<byte> id) =>
            Key.AsSpan().SequenceCompareTo(key) is not 0 and var order ? order : Id.AsSpan().SequenceCompareTo(id);
    }

    /// <summary>Begins anew, with what stands behind this entry; null: with the first.</summary>
    public void Begin(Entry? behind)
    {
        _kept.Clear();
        _bytes = 0;
        _least = null;
        _behind = behind;
    }

    public void Offer(ReadOnlySpan<byte> key, ReadOnlySpan<byte> id)
    {
        if (_behind?.CompareTo(key, id) >= 0 || _least?.CompareTo(key, id) <= 0)
        {
            return;
        }

        if (_kept.Count == countMax && _kept.Peek().CompareTo(key, id) < 0)
        {
            _least = new Entry(key.ToArray(), id.ToArray());
            return;
        }

        var entry = new Entry(key.ToArray(), id.ToArray());
        _kept.Enqueue(entry, entry);
        _bytes += Size(entry);
        while (_kept.Count > countMax || (_bytes > bytesMax && _kept.Count > 1))
        {
            _least = _kept.Dequeue();
            _bytes -= Size(_least);
        }
    }

    /// <summary>In their order; the next call of <see cref="Begin"/> empties it.</summary>
    public Entry[] Sorted()
    {
        Entry[] entries = [.. _kept.UnorderedItems.Select(item => item.Element)];
        Array.Sort(entries);
        return entries;
    }

    private static int Size(Entry entry) => EntryBytes + entry.Key.Length + entry.Id.Length;
}
