namespace DocService.Index.Following;

/// <summary>Who waits for the index to have a commit. Thread: any.</summary>
internal sealed class PositionWaiters
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _reached = -1;

    private sealed record Waiter(long Sequence)
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public bool IsAny
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Count > 0;
            }
        }
    }

    /// <summary>Whether nobody need wait for the sequence.</summary>
    public bool Has(long sequence) => Interlocked.Read(ref _reached) >= sequence;

    /// <summary>Completes when the sequence is reached; false when it was not in that time. <paramref name="wake"/> is called if it has to wait.</summary>
    public async Task<bool> WaitAsync(long sequence, Action wake, TimeSpan timeout, TimeProvider clock, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_reached >= sequence)
            {
                return true;
            }

            node = _waiters.AddLast(new Waiter(sequence));
        }

        try
        {
            wake();
            await node.Value.Reached.Task.WaitAsync(timeout, clock, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            Remove(node);
        }
    }

    /// <summary>The index has every commit up to here.</summary>
    public void Reach(long sequence)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _reached, sequence);
            for (LinkedListNode<Waiter>? node = _waiters.First, next; node is not null; node = next)
            {
                next = node.Next;
                if (node.Value.Sequence <= sequence)
                {
                    _waiters.Remove(node);
                    node.Value.Reached.SetResult();
                }
            }
        }
    }

    /// <summary>The index is made anew: nothing is reached until it is.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _reached, -1);
        }
    }

    private void Remove(LinkedListNode<Waiter> node)
    {
        lock (_gate)
        {
            if (node.List is not null)
            {
                _waiters.Remove(node);
            }
        }
    }
}
