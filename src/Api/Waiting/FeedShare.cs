using DocService.Storage.Clock;

namespace DocService.Api.Waiting;

/// <summary>
/// What streams take of the processors: a 32nd of their time, all together, for reading and writing changes. To send what was
/// written so takes several times as much. Without a bound a hundred clients that are told of every write left a quarter of
/// their rate to the writes (bench/feed.sh). What does not fit is told later, and then only the newest change of each document.
/// </summary>
/// <remarks>
/// Owns: turns, given in the order in which they are asked for, and the time that is left. Thread: any.
/// The time of a turn is that of the clock: where others want the processor too, a turn takes longer, and streams take less.
/// </remarks>
internal sealed class FeedShare(TimeProvider clock) : IDisposable
{
    /// <summary>One part in so many.</summary>
    private const int Part = 32;

    /// <summary>What is not taken is kept for so long: a change that comes alone is told at once.</summary>
    private static readonly TimeSpan SavedMax = TimeSpan.FromMilliseconds(50);

    private static readonly double Share = (double)Environment.ProcessorCount / Part;

    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / Part));
    private readonly Lock _gate = new();
    private TimeSpan _left = SavedMax;
    private long _counted = clock.GetTimestamp();

    /// <summary>A turn, until it is disposed. It must not wait for anything.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            if (Debt() is { } debt)
            {
                await Task.Delay(debt, clock, cancellation);
            }

            return new Turn(this, clock.GetTimestamp());
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>How long until there is time again; null where there is some.</summary>
    private TimeSpan? Debt()
    {
        lock (_gate)
        {
            long now = clock.GetTimestamp();
            TimeSpan left = _left + (clock.GetElapsedTime(_counted, now) * Share);
            _left = left < SavedMax ? left : SavedMax;
            _counted = now;
            return _left < TimeSpan.Zero ? Waits.NeverEarly(-_left / Share) : null;
        }
    }

    private void Leave(long began)
    {
        lock (_gate)
        {
            _left -= clock.GetElapsedTime(began);
        }

        _turns.Release();
    }

    /// <summary>Dispose it once.</summary>
    internal readonly struct Turn(FeedShare share, long began) : IDisposable
    {
        public void Dispose() => share.Leave(began);
    }
}
