using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine;

/// <summary>The store's state and its failure latch: set once by whoever finds the failure, checked first by every write.</summary>
/// <remarks>
/// Owns: the state. Thread: any.
/// Invariants: fenced and damaged are for good; ready and read-only come and go.
/// </remarks>
internal sealed class StoreHealth(ILogger logger)
{
    private readonly Lock _gate = new();
    private volatile string? _fence;
    private volatile string? _fullness;
    private volatile string? _damage;
    private volatile bool _isFilingOutOfSpace;

    public StoreState State => _damage is not null ? StoreState.Damaged : _fence is not null ? StoreState.Fenced : _fullness is not null ? StoreState.ReadOnly : StoreState.Ready;

    /// <summary>Why the state is not ready; null when it is.</summary>
    public string? Reason => _damage ?? _fence ?? _fullness;

    /// <exception cref="StoreFencedException">The store is fenced.</exception>
    public void ThrowIfFenced()
    {
        if (_fence is { } reason)
        {
            throw new StoreFencedException($"The store takes no writes until it is restarted: {reason}");
        }
    }

    /// <summary>Refuses all later writes. The first reason is kept: what follows is its consequence.</summary>
    public void Fence(string reason, Exception cause)
    {
        lock (_gate)
        {
            if (_fence is not null)
            {
                return;
            }

            _fence = reason;
        }

        Tell(() => logger.LogCritical(cause, "Fenced: {Reason}. Writes are refused until restart; published data stays readable.", reason));
    }

    /// <summary>Found at opening: nothing is served.</summary>
    public void MarkDamaged(string reason)
    {
        _damage = reason;
        logger.LogCritical("Damaged: {Reason} Nothing is served until the journal is salvaged (--salvage).", reason);
    }

    public void MarkOutOfSpace(string reason)
    {
        lock (_gate)
        {
            if (_fullness is not null)
            {
                return;
            }

            _fullness = reason;
        }

        Tell(() => logger.LogError("Out of space: {Reason}. Puts answer 507 until there is room; reads and deletes work.", reason));
    }

    /// <summary>Free bytes do not tell that there is room again, a quota may be used up: only the filer can.</summary>
    public void MarkFilingOutOfSpace(string reason)
    {
        _isFilingOutOfSpace = true;
        MarkOutOfSpace(reason);
    }

    /// <summary>Documents are filed again; the state follows when there is room for more.</summary>
    public void MarkFilingGoesOn() => _isFilingOutOfSpace = false;

    public void MarkSpaceAvailable()
    {
        if (_fullness is null || _isFilingOutOfSpace)
        {
            return;
        }

        lock (_gate)
        {
            _fullness = null;
        }

        Tell(() => logger.LogInformation("There is room again: all writes are taken."));
    }

    /// <summary>A log that cannot be written, on the same disk perhaps, must not keep anybody from acting on what it says.</summary>
    private static void Tell(Action log)
    {
        try
        {
            log();
        }
        catch (Exception)
        {
            // The state says the same.
        }
    }
}
