using System.Collections.Concurrent;
using DocService.Collections.Definitions;
using DocService.Index;
using Microsoft.Extensions.Logging;

namespace DocService.Collections.Unique;

/// <summary>Finds out of each unique index, once it is built, whether some value is there twice from before its time.</summary>
/// <remarks>
/// Owns: the findings. Thread: one runs it, any reads.
/// Invariants: a write was judged either by the whole index, or before it was built. The barrier waits for the last of those
/// to be published, and the look at all entries comes when the index has them: whoever comes later finds every value. So
/// what has no duplicate then never gets one.
/// On failure: it tries again after a while; judging does not depend on it.
/// </remarks>
internal sealed class UniqueVerification(IDocumentStore store, CollectionRules rules, IndexFollower index, TimeProvider clock, ILogger logger)
{
    /// <summary>Named of a violated index.</summary>
    public const int PairsMax = 10;

    /// <summary>
    /// Between two looks. Also where nothing seems to be left: definitions are in force a moment after the index has heard of them, and
    /// an index that is taken out and put back at once is no change there. A look at what is known costs nothing.
    /// </summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan IndexTimeMax = TimeSpan.FromSeconds(30);

    private readonly IndexedEntries _entries = new(index);
    private readonly ConcurrentDictionary<Sha256Digest, (CollectionIndex Index, IReadOnlyList<DuplicatePair> Pairs)> _findings = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when something has been found out since the call.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Null while it is not known. An index that was taken out of its definition and put back is another: meanwhile nothing was judged.</summary>
    public IReadOnlyList<DuplicatePair>? Of(CollectionIndex unique) =>
        _findings.TryGetValue(unique.Declared.Identity, out (CollectionIndex Index, IReadOnlyList<DuplicatePair> Pairs) found) && ReferenceEquals(found.Index, unique) ? found.Pairs : null;

    /// <summary>Until the store stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task changed = index.WhenDeclaredChanges();
            await TryVerifyAllAsync(stopping).ConfigureAwait(false);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            Task again = Task.Delay(Pause, clock, pause.Token);
            await Task.WhenAny(changed, again).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task TryVerifyAllAsync(CancellationToken stopping)
    {
        try
        {
            await VerifyAllAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The store stops.
        }
#pragma warning disable CA1031 // The top of the loop: whatever it is, it is tried again, and judging goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Unique indexes could not be looked through");
        }
    }

    private async Task VerifyAllAsync(CancellationToken stopping)
    {
        CollectionIndex[] unique = [.. rules.Collections.All.SelectMany(collection => collection.Unique)];
        foreach (Sha256Digest gone in _findings.Keys.Except(unique.Select(one => one.Declared.Identity)))
        {
            _findings.TryRemove(gone, out _);
        }

        foreach (CollectionIndex one in unique)
        {
            try
            {
                await VerifyAsync(one, stopping).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is StoreException or IndexClosedException or IndexFailedException)
            {
                logger.LogWarning("Unique index '{Index}' could not be looked through: {Reason}", one.Name, exception.Message);
            }
        }
    }

    private async Task VerifyAsync(CollectionIndex unique, CancellationToken stopping)
    {
        if (Of(unique) is { Count: 0 } || !IsBuilt(unique))
        {
            return;
        }

        CommitResult barrier = await store.CommitAsync([new DeleteOperation(CollectionRules.Barrier, Conditions.None)], DurabilityLevel.Durable, stopping).ConfigureAwait(false);
        if (!await index.WaitForAsync(barrier.Sequence, IndexTimeMax, stopping).ConfigureAwait(false))
        {
            return;
        }

        using IUniqueSnapshot? snapshot = _entries.TryRead();
        if (snapshot is null || snapshot.AsOf < barrier.Sequence)
        {
            return;
        }

        IReadOnlyList<DuplicatePair> pairs = snapshot.FindDuplicates(unique, PairsMax, stopping);
        if (Of(unique)?.SequenceEqual(pairs) != true)
        {
            _findings[unique.Declared.Identity] = (unique, pairs);
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    private bool IsBuilt(CollectionIndex unique)
    {
        using Index.Reading.IndexReader? reader = index.TryRead();
        return reader?.GetDeclared(unique.Declared) is { IsBuilt: true };
    }
}
