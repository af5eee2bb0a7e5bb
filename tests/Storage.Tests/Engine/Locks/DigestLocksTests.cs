using System.Text;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Engine.Locks;

public sealed class DigestLocksTests
{
    private static readonly Sha256Digest Key = Sha256Digest.Of("k"u8);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    private readonly DigestLocks _locks = new(new SystemThreads(TimeProvider.System));

    [Fact]
    public async Task Acquire_HeldKey_WaitsInOrder()
    {
        DigestLocks.Lease first = await _locks.AcquireAsync(Key, LockMode.Exclusive, Long, default);
        Task<DigestLocks.Lease>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => _locks.AcquireAsync(Key, LockMode.Exclusive, Long, default).AsTask())];
        first.Dispose();
        foreach (Task<DigestLocks.Lease> turn in waiting)
        {
            DigestLocks.Lease lease = await turn;
            Assert.All(waiting.SkipWhile(t => t != turn).Skip(1), later => Assert.False(later.IsCompleted));
            lease.Dispose();
        }

        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_OtherKey_DoesNotWait()
    {
        using DigestLocks.Lease first = await _locks.AcquireAsync(Key, LockMode.Exclusive, Long, default);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(_locks.AcquireAsync(Digest($"other{i}"), LockMode.Exclusive, Long, default).AsTask().IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task Acquire_TimedOutOrCancelled_LeavesTheQueueWithoutTheLock()
    {
        DigestLocks.Lease first = await _locks.AcquireAsync(Key, LockMode.Exclusive, Long, default);
        await Assert.ThrowsAsync<TimeoutException>(() => _locks.AcquireAsync(Key, LockMode.Exclusive, TimeSpan.FromMilliseconds(1), default).AsTask());
        using var cancellation = new CancellationTokenSource();
        Task<DigestLocks.Lease> cancelled = _locks.AcquireAsync(Key, LockMode.Exclusive, Long, cancellation.Token).AsTask();
        Task<DigestLocks.Lease> patient = _locks.AcquireAsync(Key, LockMode.Exclusive, Long, default).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        first.Dispose();

        (await patient).Dispose();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_Shared_HoldersAreTogetherAndKeepTheWriterOut()
    {
        DigestLocks.Lease[] readers = [await Take(LockMode.Shared), await Take(LockMode.Shared)];
        Task<DigestLocks.Lease> writer = Take(LockMode.Exclusive);
        readers[0].Dispose();
        Assert.False(writer.IsCompleted);

        readers[1].Dispose();

        (await writer).Dispose();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_SharedBehindAWaitingWriter_DoesNotOvertakeIt()
    {
        DigestLocks.Lease reader = await Take(LockMode.Shared);
        Task<DigestLocks.Lease> writer = Take(LockMode.Exclusive);
        Task<DigestLocks.Lease>[] later = [Take(LockMode.Shared), Take(LockMode.Shared)];
        reader.Dispose();
        DigestLocks.Lease held = await writer;
        Assert.All(later, turn => Assert.False(turn.IsCompleted));

        held.Dispose();

        DigestLocks.Lease[] together = await Task.WhenAll(later);
        Assert.All(together, lease => lease.Dispose());
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_WriterInTheQueueGivesUp_SharedOnesBehindItAreLetIn()
    {
        using DigestLocks.Lease reader = await Take(LockMode.Shared);
        using var cancellation = new CancellationTokenSource();
        Task<DigestLocks.Lease> writer = _locks.AcquireAsync(Key, LockMode.Exclusive, Long, cancellation.Token).AsTask();
        Task<DigestLocks.Lease> later = Take(LockMode.Shared);
        Assert.False(later.IsCompleted);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
        (await later.WaitAsync(Long)).Dispose();
    }

    private Task<DigestLocks.Lease> Take(LockMode mode) => _locks.AcquireAsync(Key, mode, Long, default).AsTask();

    private static Sha256Digest Digest(string text) => Sha256Digest.Of(Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task Acquire_UnderContentionWithCancellations_ExcludesAndLeaksNothing()
    {
        const int Seed = 4711;
        const int Writer = 1000;
        int[] inside = new int[2]; // readers, and each writer as 1,000
        int passes = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(Seed + worker);
            for (int i = 0; i < 2000; i++)
            {
                int which = random.Next(2);
                LockMode mode = random.Next(3) == 0 ? LockMode.Exclusive : LockMode.Shared;
                using var cancellation = new CancellationTokenSource();
                if (random.Next(4) == 0)
                {
                    cancellation.CancelAfter(TimeSpan.FromMicroseconds(random.Next(200)));
                }

                try
                {
                    using DigestLocks.Lease lease = await _locks.AcquireAsync(Digest($"k{which}"), mode, Long, cancellation.Token);
                    int add = mode == LockMode.Exclusive ? Writer : 1;
                    int value = Interlocked.Add(ref inside[which], add);
                    Assert.True(mode == LockMode.Exclusive ? value == Writer : value < Writer, $"{value}, seed {Seed}");
                    await Task.Yield();
                    Interlocked.Add(ref inside[which], -add);
                    Interlocked.Increment(ref passes);
                }
                catch (OperationCanceledException)
                {
                    // One of the seeded cancellations.
                }
            }
        })));

        Assert.True(passes > 16 * 2000 / 2);
        Assert.All(inside, count => Assert.Equal(0, count));
        Assert.Equal(0, _locks.Count);
    }
}
