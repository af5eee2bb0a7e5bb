using DocService.Storage.Clock;

namespace DocService.Storage.Engine.Space;

/// <summary>Slows writers evenly when filing falls behind, so that they do not stop all at once.</summary>
/// <remarks>
/// Thread: any. While the journal is less than half full, no writer waits. From there on a writer pauses. The pause grows
/// with the square of the fill above half, up to <see cref="PauseMax"/>. So writers slow down to the pace of filing. When
/// it is full they wait for room.
/// </remarks>
internal sealed class Admission(Backlog backlog, DiskSpace space, TimeSpan timeout, TimeProvider clock)
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the write may go on. A write of deletes only does not wait on a full disk, because deletes make room.</summary>
    /// <exception cref="OutOfSpaceException">The disk is full; nothing has been done.</exception>
    /// <exception cref="StoreBusyException">There was no room within the time; nothing has been done.</exception>
    public ValueTask EnterAsync(bool isDeletesOnly, CancellationToken cancellation) =>
        backlog.Fill < Backlog.SlowFrom ? ValueTask.CompletedTask : WaitAsync(isDeletesOnly, cancellation);

    private async ValueTask WaitAsync(bool isDeletesOnly, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        while (backlog.IsFull)
        {
            if (space.IsFull(SpaceCause.Filing))
            {
                // Nothing is filed, so waiting frees no room.
                if (isDeletesOnly)
                {
                    return;
                }

                throw new OutOfSpaceException("The disk is full, and the journal with documents that cannot be filed.");
            }

            TimeSpan left = timeout - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new StoreBusyException($"The journal has been full of documents not yet filed for {timeout.TotalSeconds} s.");
            }

            await Task.Delay(left < PauseMax ? Waits.NeverEarly(left) : PauseMax, clock, cancellation).ConfigureAwait(false);
        }

        double excess = Math.Clamp((backlog.Fill - Backlog.SlowFrom) / (1 - Backlog.SlowFrom), 0, 1);
        TimeSpan pause = PauseMax * (excess * excess);
        if (pause >= TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(pause, clock, cancellation).ConfigureAwait(false);
        }
    }
}
