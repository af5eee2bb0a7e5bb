namespace DocService.Api.Waiting;

/// <summary>The place of one who waits for changes. Dispose it.</summary>
internal sealed class FeedClient(Action<FeedClient> left) : IDisposable
{
    private long _sequence = -1;

    /// <summary>Of a stream: it has been sent every change up to here. Below 0: it is none.</summary>
    public long Sequence
    {
        get => Interlocked.Read(ref _sequence);
        set => Interlocked.Exchange(ref _sequence, value);
    }

    public void Dispose() => left(this);
}
