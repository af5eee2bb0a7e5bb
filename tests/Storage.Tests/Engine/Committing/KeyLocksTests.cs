using DocService.Storage.Engine.Committing;

namespace DocService.Storage.Tests.Engine.Committing;

public sealed class KeyLocksTests
{
    private static readonly DocumentKey Key = DocumentKey.Create("k");
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly KeyLocks _locks = new(TimeProvider.System);

    [Fact]
    public async Task Acquire_HeldKey_WaitsInOrder()
    {
        KeyLocks.Lease first = await _locks.AcquireAsync(Key, Long, default);
        Task<KeyLocks.Lease>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => _locks.AcquireAsync(Key, Long, default).AsTask())];
        first.Dispose();
        foreach (Task<KeyLocks.Lease> turn in waiting)
        {
            KeyLocks.Lease lease = await turn;
            Assert.All(waiting.SkipWhile(t => t != turn).Skip(1), later => Assert.False(later.IsCompleted));
            lease.Dispose();
        }

        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_OtherKey_DoesNotWait()
    {
        using KeyLocks.Lease first = await _locks.AcquireAsync(Key, Long, default);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(_locks.AcquireAsync(DocumentKey.Create($"other{i}"), Long, default).AsTask().IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task Acquire_TimedOutOrCancelled_LeavesTheQueueWithoutTheLock()
    {
        KeyLocks.Lease first = await _locks.AcquireAsync(Key, Long, default);
        await Assert.ThrowsAsync<TimeoutException>(() => _locks.AcquireAsync(Key, TimeSpan.FromMilliseconds(1), default).AsTask());
        using var cancellation = new CancellationTokenSource();
        Task<KeyLocks.Lease> cancelled = _locks.AcquireAsync(Key, Long, cancellation.Token).AsTask();
        Task<KeyLocks.Lease> patient = _locks.AcquireAsync(Key, Long, default).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        first.Dispose();

        (await patient).Dispose();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_UnderContentionWithCancellations_ExcludesAndLeaksNothing()
    {
        const int Seed = 4711;
        int inside = 0;
        int passes = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(Seed + worker);
            for (int i = 0; i < 2000; i++)
            {
                DocumentKey key = DocumentKey.Create("k" + random.Next(2));
                using var cancellation = new CancellationTokenSource();
                if (random.Next(4) == 0)
                {
                    cancellation.CancelAfter(TimeSpan.FromMicroseconds(random.Next(200)));
                }

                try
                {
                    using KeyLocks.Lease lease = await _locks.AcquireAsync(key, Long, cancellation.Token);
                    int add = key.Id == "k0" ? 1 : 1000;
                    int value = Interlocked.Add(ref inside, add);
                    Assert.True(value is 1 or 1000 or 1001, $"{value}, seed {Seed}");
                    await Task.Yield();
                    Interlocked.Add(ref inside, -add);
                    Interlocked.Increment(ref passes);
                }
                catch (OperationCanceledException)
                {
                    // One of the seeded cancellations.
                }
            }
        })));

        Assert.True(passes > 16 * 2000 / 2);
        Assert.Equal(0, inside);
        Assert.Equal(0, _locks.Count);
    }
}
