namespace DocService.Storage.Engine;

/// <summary>Hands out sequences and knows through which one everything is settled.</summary>
/// <remarks>
/// Owns: the commits under way. Thread: any; <see cref="Begin"/> may block on the lease's disk writes, once in a million calls.
/// Invariant: <see cref="SettledThrough"/> never passes a commit whose outcome is open.
/// </remarks>
internal sealed class Sequences(SequenceLease lease, StoreHealth health)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _underWay = [];
    private long _last = lease.Ceiling;

    /// <summary>The highest sequence handed out.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Every commit up to this sequence is filed or was refused.</summary>
    public long SettledThrough
    {
        get
        {
            lock (_gate)
            {
                return _underWay.Count == 0 ? _last : _underWay.Min - 1;
            }
        }
    }

    /// <summary>The next sequence, never handed out before in this directory's life.</summary>
    /// <exception cref="Io.FileSystemException">A new lease is due and could not be written; nothing happened.</exception>
    /// <exception cref="StoreFencedException">See <see cref="SequenceLease.Extend"/>.</exception>
    public long Begin()
    {
        lock (_gate)
        {
            if (_last == lease.Ceiling)
            {
                lease.Extend(health);
            }

            _underWay.Add(++_last);
            return _last;
        }
    }

    /// <summary>The commit is filed or had no effect. One whose outcome is unknown never ends.</summary>
    public void End(long sequence)
    {
        lock (_gate)
        {
            _underWay.Remove(sequence);
        }
    }
}
