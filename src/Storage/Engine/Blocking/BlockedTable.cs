namespace DocService.Storage.Engine.Blocking;

/// <summary>Blocked documents by what they are asked for: by document, in the order of their records, and by obstacle; and what they take.</summary>
/// <remarks>
/// Owns: them. Thread: its owner's (<see cref="BlockedDocuments"/>), under that one's lock; what they take may be asked by any.
/// Invariant: a document is in all of it, or in none.
/// </remarks>
internal sealed class BlockedTable(Obstacles obstacles)
{
    private readonly Dictionary<Sha256Digest, BlockedDocument> _documents = [];
    private readonly SortedSet<(long Sequence, Sha256Digest Digest)> _ofTheirPlace = []; // because of their directory
    private readonly SortedSet<(long Sequence, Sha256Digest Digest)> _lacking = []; // for another reason
    private long _bytes;
    private int _placed;
    private int _outOfSpace;

    /// <summary>What they are blocked by.</summary>
    public Obstacles Obstacles => obstacles;

    /// <summary>How many there are.</summary>
    public int Count => _documents.Count;

    /// <summary>What those take of the journal that are blocked because of their directory. Any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many are blocked because of their directory. Any thread.</summary>
    public int Placed => Volatile.Read(ref _placed);

    /// <summary>Whether one of them waits for room on the disk. Any thread.</summary>
    public bool IsOutOfSpace => Volatile.Read(ref _outOfSpace) > 0;

    /// <summary>The lowest sequence of a record that holds one of them; the largest number when there are none.</summary>
    public long LowestSequence => Math.Min(Lowest(_ofTheirPlace), Lowest(_lacking));

    public bool Contains(Sha256Digest document) => _documents.ContainsKey(document);

    public BlockedDocument? Find(Sha256Digest document) => _documents.GetValueOrDefault(document);

    /// <summary>Takes up a document in the place of what there was of it. If memory runs out, nothing has changed.</summary>
    public void Put(BlockedDocument blocked, BlockedDocument? before)
    {
        _documents.EnsureCapacity(_documents.Count + 1);
        SortedSet<(long, Sha256Digest)> order = OrderOf(blocked.Obstacle);
        _ = order.Add(blocked.Order); // the last that needs memory
        _documents[blocked.Digest] = blocked;
        blocked.Obstacle.Add(blocked); // before the other is taken out: an obstacle without documents would be over
        CountIn(blocked, 1);
        if (before is not null)
        {
            TakeOut(before, keepsOrder: order == OrderOf(before.Obstacle) && before.Order == blocked.Order);
        }
    }

    /// <summary>Takes the document out and returns what there was of it; null when there was nothing.</summary>
    public BlockedDocument? Remove(Sha256Digest document)
    {
        if (_documents.Remove(document, out BlockedDocument? blocked))
        {
            TakeOut(blocked, keepsOrder: false);
        }

        return blocked;
    }

    /// <summary>Those of the lowest sequences that are blocked because of their directory and have no copy on the way: at least one, and at most so many bytes.</summary>
    public List<Sha256Digest> Holding(long bytes, long through)
    {
        var holding = new List<Sha256Digest>();
        foreach ((long sequence, Sha256Digest document) in _ofTheirPlace)
        {
            BlockedDocument blocked = _documents[document];
            if (sequence > through || (!blocked.IsCarried && (bytes -= blocked.Bytes) < 0 && holding.Count > 0))
            {
                break;
            }

            if (!blocked.IsCarried)
            {
                holding.Add(document);
            }
        }

        return holding;
    }

    private static long Lowest(SortedSet<(long Sequence, Sha256Digest)> order) => order.Count > 0 ? order.Min.Sequence : long.MaxValue;

    private SortedSet<(long Sequence, Sha256Digest Digest)> OrderOf(Obstacle obstacle) => obstacle.Shard is null ? _lacking : _ofTheirPlace;

    private void TakeOut(BlockedDocument blocked, bool keepsOrder)
    {
        if (!keepsOrder)
        {
            OrderOf(blocked.Obstacle).Remove(blocked.Order);
        }

        obstacles.Remove(blocked);
        CountIn(blocked, -1);
    }

    private void CountIn(BlockedDocument blocked, int change)
    {
        Volatile.Write(ref _placed, _placed + (blocked.Obstacle.Shard is null ? 0 : change));
        _outOfSpace += blocked.Obstacle.IsOutOfSpace ? change : 0;
        Volatile.Write(ref _bytes, _bytes + (blocked.Obstacle.Shard is null ? 0 : change * blocked.Bytes));
    }
}
