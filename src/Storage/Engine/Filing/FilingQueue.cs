using DocService.Storage.Engine.Versions;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Filing;

/// <summary>Published operations in the order of their sequences, the writes that wait for them to be filed, and errands for the filer.</summary>
/// <remarks>Owns: all of them. Thread: any adds and waits; the filer alone takes.</remarks>
/// <param name="threads">How the filer waits.</param>
/// <param name="expected">Tickets that recovery is about to add: they get their room at once.</param>
internal sealed class FilingQueue(IThreads threads, int expected = 0)
{
    private readonly object _gate = new();
    private readonly FilingErrand _errand = new();
    private readonly Queue<FilingTicket> _tickets = new(expected);
    private readonly PriorityQueue<Turn, long> _waiting = new();
    private long _triedThrough;
    private int _inHand; // taken by the filer, their chunk not yet tried
    private int _blocked;
    private int _count;
    private int _expected; // tickets that the journal's thread is about to add, and whose room is kept
    private bool _isStopped;

    /// <summary>Operations not yet filed: those of the chunk under way and those of blocked documents included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Every operation up to here has been filed, or its document is blocked (<c>BlockedDocuments</c>).</summary>
    public long TriedThrough => Volatile.Read(ref _triedThrough);

    /// <summary>Whether a write waits for documents that have not been tried yet.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>
    /// Has the filer do something between two chunks, and waits until it is done. By one thread at a time, which is not the filer's. False:
    /// filing has ended, and it is not done.
    /// </summary>
    public bool Do(Action errand) => _errand.Do(_gate, threads, errand);

    /// <summary>Does what somebody has for the filer; false: there is nothing.</summary>
    public bool TryDoErrand() => _errand.TryDo(_gate, threads);

    /// <summary>So many tickets are about to be added: takes the memory that needs, so that it cannot fail.</summary>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    public void Expect(int tickets)
    {
        lock (_gate)
        {
            _tickets.EnsureCapacity(_tickets.Count + tickets);
            _expected = tickets;
        }
    }

    /// <summary>Adds the tickets of a group; the filer sees all of them or none. Takes no memory where they were expected.</summary>
    public void Add(IEnumerable<FilingTicket> tickets)
    {
        lock (_gate)
        {
            bool wasEmpty = _tickets.Count == 0;
            if (tickets is List<FilingTicket> list)
            {
                foreach (FilingTicket ticket in list) // its enumerator takes no memory
                {
                    _tickets.Enqueue(ticket);
                }
            }
            else
            {
                foreach (FilingTicket ticket in tickets)
                {
                    _tickets.Enqueue(ticket);
                }
            }

            _expected = 0;
            Count_NeedsLock();
            if (wasEmpty)
            {
                Wake_NeedsLock();
            }
        }
    }

    /// <summary>Adds one ticket, before the filer runs.</summary>
    public void Add(in FilingTicket ticket)
    {
        lock (_gate)
        {
            _tickets.Enqueue(ticket);
            Count_NeedsLock();
        }
    }

    /// <summary>Ends when everything through the sequence has been tried, or when filing has ended in this run: <see cref="TriedThrough"/> tells which.</summary>
    public Task WaitAsync(long sequence, long filedThrough)
    {
        lock (_gate)
        {
            if (sequence <= filedThrough || sequence <= _triedThrough || _isStopped)
            {
                return Task.CompletedTask;
            }

            var turn = new Turn(threads);
            _waiting.Enqueue(turn, sequence);
            Wake_NeedsLock();
            return turn.Given;
        }
    }

    /// <summary>Waits for a ticket or an errand, at most so long; false once stopped.</summary>
    public bool WaitForTickets(TimeSpan longest)
    {
        lock (_gate)
        {
            Wait_NeedsLock(longest, endsWithTickets: true, endsWhenAwaited: false);
            return !_isStopped;
        }
    }

    public bool TryPeek(out FilingTicket ticket)
    {
        lock (_gate)
        {
            return _tickets.TryPeek(out ticket);
        }
    }

    public FilingTicket Take()
    {
        lock (_gate)
        {
            _inHand++;
            return _tickets.Dequeue();
        }
    }

    /// <summary>The taken tickets have been tried: ends the wait of every write for a sequence up to this one.</summary>
    /// <param name="triedThrough">Every operation up to here is filed, or its document blocked.</param>
    /// <param name="blocked">Documents that are.</param>
    public void CompleteWaiting(long triedThrough, int blocked)
    {
        lock (_gate)
        {
            _inHand = 0;
            _blocked = blocked;
            Count_NeedsLock();
            Volatile.Write(ref _triedThrough, Math.Max(_triedThrough, triedThrough));
            while (_waiting.TryPeek(out Turn? turn, out long sequence) && sequence <= _triedThrough)
            {
                turn.TryGive();
                _waiting.Dequeue();
            }

            if (_tickets.Count == 0 && _tickets.Capacity > Pending.Kept)
            {
                GiveBackRoom_NeedsLock();
            }
        }
    }

    /// <summary>Waits the time out; false once stopped.</summary>
    /// <param name="time">How long.</param>
    /// <param name="endsWhenAwaited">Ends at once when a write waits for documents to be filed.</param>
    public bool Pause(TimeSpan time, bool endsWhenAwaited)
    {
        lock (_gate)
        {
            Wait_NeedsLock(time, endsWithTickets: false, endsWhenAwaited);
            return !_isStopped;
        }
    }

    /// <summary>Filing has ended. The wait of every write ends; the write looks how far filing came.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _errand.Stop();
            while (_waiting.TryDequeue(out Turn? turn, out _))
            {
                turn.TryGive();
            }

            threads.PulseAll(_gate);
        }
    }

    private void Count_NeedsLock() => Volatile.Write(ref _count, _tickets.Count + _inHand + _blocked);

    /// <summary>The filer waits here, and beside it whoever has an errand for it.</summary>
    private void Wake_NeedsLock()
    {
        if (!_errand.IsThere)
        {
            threads.Pulse(_gate);
        }
        else
        {
            threads.PulseAll(_gate);
        }
    }

    private void GiveBackRoom_NeedsLock()
    {
        try
        {
            _tickets.TrimExcess(Math.Max(Pending.Kept, _expected));
        }
        catch (OutOfMemoryException)
        {
            // Giving memory back needs some first. It is tried again later.
        }
    }

    /// <summary>A pulse for something else does not end it. Takes no memory: the filer waits here when there is none.</summary>
    private void Wait_NeedsLock(TimeSpan longest, bool endsWithTickets, bool endsWhenAwaited)
    {
        bool isBounded = longest != Timeout.InfiniteTimeSpan;
        long started = threads.Clock.GetTimestamp();
        TimeSpan left = longest;
        while (!_isStopped && !(endsWithTickets && (_tickets.Count > 0 || _errand.IsThere)) && !(endsWhenAwaited && _waiting.Count > 0) && (!isBounded || left > TimeSpan.Zero) && threads.Wait(_gate, left))
        {
            left = isBounded ? longest - threads.Clock.GetElapsedTime(started) : longest;
        }
    }
}
