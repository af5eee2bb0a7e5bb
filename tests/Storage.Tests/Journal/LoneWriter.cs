using System.Globalization;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal;

/// <summary>Writes one document again and again, each time when the last write has been answered, until it leads.</summary>
internal sealed class LoneWriter(DocumentStore store)
{
    public const string Id = "lone";

    private int _thread;
    private volatile bool _hasLed;

    public DurabilityLevel Level { get; init; } = DurabilityLevel.Durable;

    /// <summary>So many writes, led or not; else until the first that is.</summary>
    public int? WritesMax { get; init; }

    /// <summary>The body of the last write.</summary>
    public string Value { get; private set; } = string.Empty;

    public List<long> Sequences { get; } = [];

    /// <summary>Whether its thread has ever synced the journal.</summary>
    public bool HasLed => _hasLed;

    /// <summary>The write of a group on this writer's thread.</summary>
    public bool Writes(SimulatedCall call) => JournalTest.IsGroupWrite(call) && IsHere();

    /// <summary>The sync of a group on this writer's thread.</summary>
    public bool Syncs(SimulatedCall call) => JournalTest.IsGroupSync(call) && IsHere();

    /// <summary>On a thread of its own; returns the answer to the last write.</summary>
    public Task<WriteResult> Start() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>As <see cref="Start"/>, and has come to the gate; the result is the answer to the write that waits there.</summary>
    public async Task<Task<WriteResult>> StartUntilAsync(CallGate gate)
    {
        Task<WriteResult> write = Start();
        await gate.Reached.SoonAsync();
        return write;
    }

    private WriteResult Run()
    {
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        WriteResult? result = null;
        for (int n = 0; n < (WritesMax ?? 500) && !(WritesMax is null && _hasLed); n++)
        {
            Value = n.ToString(CultureInfo.InvariantCulture);
            result = store.PutAsync(Id, Value, Level).SoonAsync().GetAwaiter().GetResult(); // stays on this thread
            Sequences.Add(result.Sequence);
        }

        Assert.True(WritesMax is not null || _hasLed);
        return result!;
    }

    private bool IsHere()
    {
        bool isHere = Environment.CurrentManagedThreadId == Volatile.Read(ref _thread);
        _hasLed |= isHere;
        return isHere;
    }
}
