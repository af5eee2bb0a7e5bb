using BenchmarkDotNet.Attributes;
using DocService.Storage.Bench.Support;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Model;
using DocService.Storage.Threading;

namespace DocService.Storage.Bench.Micro;

/// <summary>The two structures that requests meet: the lock of a write's key, and the table of what is not yet filed.</summary>
public class EngineBench
{
    private const int PendingDocuments = 100_000;

    private readonly DocumentKey _key = Stores.Key("hot", 42);
    private readonly DocumentKey _filed = Stores.Key("cold", 42);
    private readonly DigestLocks _locks = new(new SystemThreads(TimeProvider.System));
    private readonly Pending _pending = new(new Watermarks(0, 0));

    public EngineBench()
    {
        for (int number = 0; number < PendingDocuments; number++)
        {
            _pending.Add(Stores.Key("hot", number).Digest, new PendingVersion(0, OperationKind.Put, default, default, KeepsEvidence: false));
        }
    }

    [Benchmark]
    public async Task LockFreeKey()
    {
        using DigestLocks.Lease lease = await _locks.AcquireAsync(_key.Digest, LockMode.Exclusive, TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    [Benchmark]
    public bool FindPending() => _pending.TryFind(_key.Digest, out _);

    [Benchmark]
    public bool FindFiled() => !_pending.TryFind(_filed.Digest, out _);
}
