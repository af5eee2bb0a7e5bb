namespace DocService.Api.Changes;

/// <summary>Comes due again and again, for comments on a stream that is silent.</summary>
/// <remarks>Owns: a timer. Thread: one takes; the clock's tells.</remarks>
internal sealed class Pulse : IDisposable
{
    private readonly ITimer _timer;
    private TaskCompletionSource _due = NewSignal();

    public Pulse(TimeProvider clock, TimeSpan interval) =>
        _timer = clock.CreateTimer(static pulse => Volatile.Read(ref ((Pulse)pulse!)._due).TrySetResult(), this, interval, interval);

    public Task Due => Volatile.Read(ref _due).Task;

    /// <summary>Whether it is due; then it is not until the next time.</summary>
    public bool TryTake()
    {
        if (!Due.IsCompleted)
        {
            return false;
        }

        Volatile.Write(ref _due, NewSignal());
        return true;
    }

    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
