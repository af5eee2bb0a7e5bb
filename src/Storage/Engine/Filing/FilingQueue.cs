using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Filing;

/// <summary>One published operation that waits to be filed.</summary>
/// <param name="Sequence">Of its commit.</param>
/// <param name="Document">Which document.</param>
/// <param name="ChargedBytes">What it was charged against free space.</param>
internal readonly record struct FilingTicket(long Sequence, Sha256Digest Document, long ChargedBytes);

/// <summary>Published operations in sequence order, and those who wait for them to be filed.</summary>
/// <remarks>Owns: both. Thread: any adds; the filer alone takes.</remarks>
/// <param name="threads">How the filer waits.</param>
/// <param name="expected">Tickets that recovery is about to add: they get their room at once.</param>
internal sealed class FilingQueue(IThreads threads, int expected = 0)
{
    /// <summary>Room that is kept when no ticket is left: what a large backlog took is not kept for ever.</summary>
    private const int KeptTickets = 64 * 1024;

    private readonly object _gate = new();
    private readonly Queue<FilingTicket> _tickets = new(expected);
    private readonly PriorityQueue<Turn, long> _waiting = new();
    private long _completedThrough;
    private int _inHand; // taken by the filer, their chunk not yet filed
    private int _count;
    private int _expected; // tickets that the journal's thread is about to add, and whose room is kept
    private bool _isStopped;

    /// <summary>Operations not yet filed, those of the chunk under way included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether anybody waits for documents to be filed.</summary>
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

    /// <summary>Adds all or none that anybody can see: who takes the first of a commit's tickets finds the last one too.</summary>
    public void Add(IEnumerable<FilingTicket> tickets)
    {
        lock (_gate)
        {
            bool wasEmpty = _tickets.Count == 0;
            foreach (FilingTicket ticket in tickets)
            {
                _tickets.Enqueue(ticket);
            }

            _count = _tickets.Count + _inHand;
            if (wasEmpty)
            {
                threads.Pulse(_gate);
            }
        }
    }

    /// <summary>As the other, for the tickets that were expected: takes no memory.</summary>
    public void AddExpected(List<FilingTicket> tickets)
    {
        lock (_gate)
        {
            bool wasEmpty = _tickets.Count == 0;
            foreach (FilingTicket ticket in tickets)
            {
                _tickets.Enqueue(ticket);
            }

            _expected = 0;
            _count = _tickets.Count + _inHand;
            if (wasEmpty)
            {
                threads.Pulse(_gate);
            }
        }
    }

    /// <summary>Adds one, while nobody takes any yet.</summary>
    public void Add(in FilingTicket ticket)
    {
        lock (_gate)
        {
            _tickets.Enqueue(ticket);
            _count = _tickets.Count + _inHand;
        }
    }

    /// <summary>Ends when everything through the sequence is filed, fails when it never will be in this run.</summary>
    public Task WaitAsync(long sequence, long filedThrough)
    {
        lock (_gate)
        {
            // The caller has looked without this lock: the filer may have come there since.
            if (sequence <= filedThrough || sequence <= _completedThrough || _isStopped)
            {
                return Task.CompletedTask;
            }

            var turn = new Turn(threads);
            _waiting.Enqueue(turn, sequence);
            threads.Pulse(_gate);
            return turn.Given;
        }
    }

    /// <summary>
    /// Waits for a ticket, then, if nobody is waiting for it to be filed, a little longer for more; false once stopped.
    /// </summary>
    public bool WaitForTickets(TimeSpan linger)
    {
        lock (_gate)
        {
            while (_tickets.Count == 0 && !_isStopped)
            {
                threads.Wait(_gate, Timeout.InfiniteTimeSpan);
            }

            if (!_isStopped && _waiting.Count == 0 && linger > TimeSpan.Zero)
            {
                threads.Wait(_gate, linger);
            }

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

    /// <summary>What was taken is filed: lets go everyone who waits for a sequence up to this one.</summary>
    public void CompleteWaiting(long filedThrough)
    {
        lock (_gate)
        {
            _inHand = 0;
            _count = _tickets.Count;
            _completedThrough = Math.Max(_completedThrough, filedThrough);
            if (_count == 0 && _tickets.Capacity > KeptTickets)
            {
                GiveBackRoom_NeedsLock();
            }

            while (_waiting.TryPeek(out Turn? turn, out long sequence) && sequence <= filedThrough)
            {
                _waiting.Dequeue();
                turn.TryGive();
            }
        }
    }

    /// <summary>Waits the time out, or until <see cref="Stop"/>; false once stopped.</summary>
    public bool Pause(TimeSpan time)
    {
        lock (_gate)
        {
            if (!_isStopped)
            {
                threads.Wait(_gate, time);
            }

            return !_isStopped;
        }
    }

    private void GiveBackRoom_NeedsLock()
    {
        try
        {
            _tickets.TrimExcess(Math.Max(KeptTickets, _expected));
        }
        catch (OutOfMemoryException)
        {
            // Giving back takes some first. Another time.
        }
    }

    /// <summary>Filing has ended. Whoever waits is let go and sees for himself how far it came.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            while (_waiting.TryDequeue(out Turn? turn, out _))
            {
                turn.TryGive();
            }

            threads.PulseAll(_gate);
        }
    }
}
