using DocService.Index.Answering;
using DocService.Index.Feeding;
using DocService.Index.Finding;
using DocService.Index.Reading;
using DocService.Queries;
using Microsoft.Extensions.Logging;

namespace DocService.Index.Tailing;

/// <summary>One reading of the newest changes for all who listen. While nobody does, nothing is read.</summary>
/// <remarks>
/// Owns: the ring, the watches, and the loop that reads the index; the loop runs on the pool, and ends with the last who listens.
/// Thread: any.
/// Invariants: whoever listens loses nothing. A commit that is published after somebody has begun to listen is behind the ring's
/// position, or the ring begins anew and tells all to look.
/// On failure: of the index: the ring begins anew when it answers again.
/// </remarks>
public sealed class ChangeTail : IDisposable
{
    /// <summary>What the ring holds: a second of many writes.</summary>
    private const long BytesMax = 16L << 20;

    /// <summary>
    /// Between two readings. A change that comes alone is told at once. Of many the index takes more at a time, because nobody
    /// waits for it meanwhile, and each listener sends more at a time.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Between two looks at an index that does not answer.</summary>
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(0.1);

    private readonly ITailedIndex _index;
    private readonly SearchThreads _threads;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly DocumentWatches _watches = new();
    private TailRing _ring = new(BytesMax);
    private CancellationTokenSource? _running;
    private int _users;
    private int _listeners;

    internal ChangeTail(ITailedIndex index, SearchThreads threads, TimeProvider clock, ILogger logger)
    {
        _index = index;
        _threads = threads;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Completes when there may be changes since the call. A listener asks for it before it reads.</summary>
    public Task Moved => Volatile.Read(ref _ring).Moved;

    /// <summary>Bytes of changes that are held for listeners.</summary>
    public long HeldBytes => Volatile.Read(ref _ring).Bytes;

    /// <summary>Somebody listens until this is disposed.</summary>
    public IDisposable Listen()
    {
        Enter(isListener: true);
        return new Listening(this);
    }

    /// <summary>Somebody waits for changes of a document until this is disposed.</summary>
    public DocumentWatch Watch(string id)
    {
        DocumentWatch watch = _watches.Add(id, watch =>
        {
            _watches.Remove(watch);
            Leave(isListener: false);
        });
        Enter(isListener: false);
        return watch;
    }

    /// <summary>Tells a listener what is behind its position, until its sink is full. False where that must be read from the index.</summary>
    public bool TryRead(ref FeedPosition position, ChangeSelection selection, SearchLimit limit, IChangeSink sink)
    {
        TailRing ring = Volatile.Read(ref _ring);
        return ring.TryRead(ref position, selection, MomentOf(ring), limit, sink);
    }

    public void Dispose() => _running?.Cancel();

    /// <summary>As of when it tells what has ended: by a later moment a document would be gone that was written again before its end, and not read yet.</summary>
    private DateTimeOffset MomentOf(TailRing ring)
    {
        DateTimeOffset now = _index.Now; // before what is published by then
        return ring.Position?.Sequence >= _index.PublishedThrough ? now : ring.WholeAt;
    }

    private void Enter(bool isListener)
    {
        lock (_gate)
        {
            _listeners += isListener ? 1 : 0;
            if (_users++ > 0)
            {
                return;
            }

            var ring = new TailRing(BytesMax); // of its own: an earlier loop may not have ended yet
            Volatile.Write(ref _ring, ring);
            _running = new CancellationTokenSource();
            CancellationToken stop = _running.Token;
            _ = Task.Run(() => RunAsync(ring, stop), CancellationToken.None);
        }
    }

    private void Leave(bool isListener)
    {
        CancellationTokenSource? last = null;
        lock (_gate)
        {
            _listeners -= isListener ? 1 : 0;
            if (--_users == 0)
            {
                last = _running;
                _running = null;
                Volatile.Write(ref _ring, new TailRing(BytesMax)); // what the old one holds goes with its loop
            }
        }

        last?.Cancel();
    }

    private async Task RunAsync(TailRing ring, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                long started = _clock.GetTimestamp();
                bool isRead = await _index.WaitForAsync(ring.Position?.Sequence + 1 ?? 0, Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false)
                    && await ReadAsync(ring, stop).ConfigureAwait(false);
                TimeSpan left = (isRead ? Pause : FailurePause) - _clock.GetElapsedTime(started);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, _clock, stop).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The top of the loop: those who listen must not wait for ever.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.LogError(exception, "The changes could not be read; they are read again");
                await Task.Delay(FailurePause, _clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What has come since the last time; false where the index does not answer.</summary>
    private async Task<bool> ReadAsync(TailRing ring, CancellationToken stop)
    {
        try
        {
            using IndexReader? reader = _index.TryRead();
            if (reader is null)
            {
                return false;
            }

            if (ring.Position is not { } position || position.FindReset(reader) is not null)
            {
                ring.Begin(reader.StoreId, reader.AsOf);
                ring.NoteWhole(reader.Moment);
                _watches.TellAll(); // what was published before nobody has looked for
                return true;
            }

            bool keepsRows = Volatile.Read(ref _listeners) > 0;
            var rows = new TailRows(_watches, keepsRows, position.Sequence);
            using var walk = new ChangeWalk(reader, position, rows, _clock, TimeSpan.MaxValue);
            SearchLimit limit = SearchLimit.After(TimeSpan.FromDays(1), _clock, stop);
            while (!walk.IsThrough)
            {
                await _threads.RunAsync(walk, limit).ConfigureAwait(false);
                TailBatch batch = rows.Take();
                if (keepsRows)
                {
                    ring.Add(batch);
                }
                else
                {
                    ring.Skip(batch.Through);
                }
            }

            ring.NoteWhole(reader.Moment);
            return true;
        }
        catch (Exception exception) when (exception is IndexFailedException or IndexClosedException)
        {
            return false;
        }
    }

    private sealed class Listening(ChangeTail tail) : IDisposable
    {
        private bool _hasEnded;

        public void Dispose()
        {
            if (!_hasEnded)
            {
                _hasEnded = true;
                tail.Leave(isListener: true);
            }
        }
    }
}
