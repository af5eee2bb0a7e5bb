using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Health;

/// <summary>The store's state and its failure latch: the thread that finds a failure sets it, once; every write checks it first.</summary>
/// <remarks>
/// Owns: the state. Thread: any.
/// Invariants: fenced and damaged are for good; ready and read-only come and go, as <c>DiskSpace</c> says.
/// </remarks>
internal sealed class StoreHealth(ILogger logger)
{
    private readonly Lock _gate = new();
    private volatile string? _fence;
    private volatile string? _shortage;
    private volatile string? _damage;

    public StoreState State => _damage is not null ? StoreState.Damaged : _fence is not null ? StoreState.Fenced : _shortage is not null ? StoreState.ReadOnly : StoreState.Ready;

    /// <summary>Why the state is not ready; null when it is.</summary>
    public string? Reason => _damage ?? _fence ?? _shortage;

    /// <exception cref="StoreFencedException">The store is fenced.</exception>
    public void ThrowIfFenced()
    {
        if (_fence is { } reason)
        {
            throw new StoreFencedException($"The store takes no writes until it is restarted: {reason}");
        }
    }

    /// <summary>Refuses all later writes. The first reason is kept: what follows is its consequence. Never throws, not even where memory has run out.</summary>
    /// <param name="what">Cannot be done any more.</param>
    /// <param name="cause">Why.</param>
    public void Fence(string what, Exception cause)
    {
        string reason = what;
        try
        {
            reason = $"{what}: {cause.Message}";
        }
        catch (OutOfMemoryException)
        {
            // The rest of the reason is left out.
        }

        lock (_gate)
        {
            if (_fence is not null)
            {
                return;
            }

            _fence = reason;
        }

        try
        {
            logger.LogCritical(cause, "Fenced: {Reason}. Writes are refused until restart; published data stays readable.", reason);
        }
        catch (OutOfMemoryException)
        {
            // There is none for the line. /status says it too.
        }
    }

    /// <summary>Found at opening: nothing is served.</summary>
    public void MarkDamaged(string reason)
    {
        _damage = reason;
        logger.LogCritical("Damaged: {Reason} Nothing is served until the journal is salvaged (--salvage).", reason);
    }

    /// <summary>
    /// Only the owner of space calls this, one call at a time. The reason says why puts find no room; null: they do.
    /// Returns the log call that the caller makes without a lock; null if the state is unchanged.
    /// </summary>
    public Action? NoteShortage(string? reason)
    {
        bool was = _shortage is not null;
        _shortage = reason;
        return was == (reason is not null)
            ? null
            : reason is not null
                ? () => logger.LogError("Out of space: {Reason}. Puts answer 507 until there is room; reads and deletes work.", reason)
                : () => logger.LogInformation("There is room again: all writes are taken.");
    }
}
