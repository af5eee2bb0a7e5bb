using DocService.Index.Feeding;
using DocService.Queries;

namespace DocService.Index.Tailing;

/// <summary>The newest changes, as far as they fit, for all who listen.</summary>
/// <remarks>
/// Owns: the batches. Thread: one adds, any reads. Nobody holds a batch longer than one reading of it takes.
/// Invariants: behind <see cref="TailBatch.From"/> of the first batch no change is missing. A batch has the newest change of
/// each document as of its snapshot, so whoever has read all of them has the newest of every document.
/// </remarks>
internal sealed class TailRing
{
    private readonly Lock _gate = new();
    private readonly Queue<TailBatch> _batches = [];
    private readonly long _bytesMax;
    private Guid _storeId;
    private long _from;
    private long _through = -1; // it has not begun
    private long _bytes;
    private DateTimeOffset _wholeAt;
    private TaskCompletionSource _moved = NewSignal();

    public TailRing(long bytesMax) => _bytesMax = bytesMax;

    /// <summary>Completes when changes have been added since, or the ring has begun anew. It is asked for before the ring is read.</summary>
    public Task Moved
    {
        get
        {
            lock (_gate)
            {
                return _moved.Task;
            }
        }
    }

    /// <summary>Behind the last change; null before it has begun.</summary>
    public FeedPosition? Position
    {
        get
        {
            lock (_gate)
            {
                return _through < 0 ? null : new FeedPosition(_storeId, _through, 0);
            }
        }
    }

    /// <summary>Bytes of the changes that it holds.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>A moment of the store's time of which it has every commit; the beginning of time before that is known.</summary>
    public DateTimeOffset WholeAt
    {
        get
        {
            lock (_gate)
            {
                return _wholeAt;
            }
        }
    }

    /// <summary>It has every commit that was published at that moment.</summary>
    public void NoteWhole(DateTimeOffset moment)
    {
        lock (_gate)
        {
            _wholeAt = moment;
        }
    }

    /// <summary>Without changes, from this commit on.</summary>
    public void Begin(Guid storeId, long sequence)
    {
        lock (_gate)
        {
            _storeId = storeId;
            Empty(sequence);
            Tell();
        }
    }

    /// <summary>The oldest go where there is no room.</summary>
    public void Add(TailBatch batch)
    {
        lock (_gate)
        {
            _batches.Enqueue(batch);
            _bytes += batch.Bytes;
            _through = batch.Through;
            while (_bytes > _bytesMax)
            {
                TailBatch oldest = _batches.Dequeue();
                _bytes -= oldest.Bytes;
                _from = oldest.Through;
            }

            Tell();
        }
    }

    /// <summary>It is known to this commit, and what was changed up to there is not kept.</summary>
    public void Skip(long through)
    {
        lock (_gate)
        {
            Empty(through);
            Tell();
        }
    }

    /// <summary>
    /// Tells what is behind the position, until the sink is full. False where the ring does not reach back so far: then the
    /// index has to be read.
    /// </summary>
    /// <remarks>What has ended by that moment of the store's time is told as gone: the ring holds rows as they were when they came.</remarks>
    public bool TryRead(ref FeedPosition position, ChangeSelection selection, DateTimeOffset moment, SearchLimit limit, IChangeSink sink)
    {
        while (true)
        {
            TailBatch? batch;
            lock (_gate)
            {
                if (_through < 0 || position.StoreId != _storeId || position.Sequence < _from || position.Begun > 0)
                {
                    return false;
                }

                batch = FirstBehind(position.Sequence);
            }

            if (batch is null || sink.IsFull)
            {
                return true;
            }

            Tell(batch, ref position, selection, moment, limit, sink);
        }
    }

    private static void Tell(TailBatch batch, ref FeedPosition position, ChangeSelection selection, DateTimeOffset moment, SearchLimit limit, IChangeSink sink)
    {
        long commit = 0;
        for (int index = batch.FirstBehind(position.Sequence); index < batch.Changes.Count; index++)
        {
            TailChange change = batch.Changes[index];
            if (commit != 0 && change.Version != commit)
            {
                position = position.At(commit);
                sink.EndCommit(position);
                if (sink.IsFull)
                {
                    return;
                }
            }

            commit = change.Version;
            limit.Step();
            if (selection.HasId(change.Id))
            {
                selection.Tell(change.Id, change.Row, moment, isNew: false, limit, sink);
            }
        }

        position = position.At(batch.Through);
        sink.EndCommit(position);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TailBatch? FirstBehind(long sequence)
    {
        foreach (TailBatch batch in _batches)
        {
            if (batch.Through > sequence)
            {
                return batch;
            }
        }

        return null;
    }

    private void Empty(long through)
    {
        _batches.Clear();
        _bytes = 0;
        _from = _through = through;
    }

    /// <summary>The continuations run on the pool, not here.</summary>
    private void Tell()
    {
        _moved.TrySetResult();
        _moved = NewSignal();
    }
}
