using System.Globalization;
using System.Text;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>Uses a store as clients do, and notes in the disk's log what it asks for and what it is told.</summary>
/// <remarks>
/// Owns: the numbers of its operations, which no other workload on the same history uses.
/// Thread: any.
/// Invariants: no two puts have the same body.
/// On failure: members of the store's family are outcomes; anything else, and no answer in time, leaves.
/// </remarks>
internal sealed class Workload
{
    /// <summary>Generous: only a store that hangs for good takes so long.</summary>
    public static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(60);

    /// <summary>With the header a document of some sectors, so that it can be torn.</summary>
    public const int SmallBytes = 700;

    /// <summary>More than one page.</summary>
    public const int LargeBytes = 9000;

    /// <summary>Few of them fill a segment of <see cref="Scene.Options"/>.</summary>
    public const int SegmentQuarterBytes = 15_000;

    private int _operations;

    public Workload(SimulatedFileSystem disk, DocumentStore store)
    {
        Disk = disk;
        Store = store;
        _operations = disk.Log.Marks().OfType<Note>().Select(note => note.Operation).DefaultIfEmpty().Max();
        disk.Mark(new Note.Opened(store.Status.StoreId));
    }

    /// <summary>What its writes wait for. Filed, unless a test is about what happens behind the acknowledgement.</summary>
    public DurabilityLevel Level { get; init; } = DurabilityLevel.Filed;

    public DocumentStore Store { get; }

    /// <summary>No call fails and nothing is slow: a write that asks for <see cref="DurabilityLevel.Filed"/> gets it.</summary>
    public bool IsHealthy { get; init; }

    /// <summary>By whose time it waits, and who gives clients their turn.</summary>
    public required SeededScheduler Scheduler { get; init; }

    public SimulatedFileSystem Disk { get; }

    /// <summary>Null when it succeeded.</summary>
    public Task<StoreException?> PutAsync(string id, int bytes = SmallBytes)
    {
        int operation = Next();
        string body = Body(operation, id, bytes);
        return WriteAsync(operation, [new Note.Change(id, body)], async () => Answer(await Store.PutAsync(id, body, level: Level)));
    }

    /// <summary>Null when it succeeded, also where there was nothing to delete.</summary>
    public Task<StoreException?> DeleteAsync(string id) =>
        WriteAsync(Next(), [new Note.Change(id, null)], async () => Answer(await Store.DeleteAsync(id, level: Level)));

    /// <summary>Two puts as one commit. Null when it succeeded.</summary>
    public Task<StoreException?> PutBothAsync(string id, string other, int bytes = SmallBytes)
    {
        int operation = Next();
        return BatchAsync(operation, new Note.Change(id, Body(operation, id, bytes)), new Note.Change(other, Body(operation, other, bytes)));
    }

    /// <summary>A put and a delete as one commit. Null when it succeeded.</summary>
    public Task<StoreException?> PutAndDeleteAsync(string put, string deleted, int bytes = SmallBytes)
    {
        int operation = Next();
        return BatchAsync(operation, new Note.Change(put, Body(operation, put, bytes)), new Note.Change(deleted, null));
    }

    /// <summary>Null when it succeeded.</summary>
    public async Task<StoreException?> ReadAsync(string id)
    {
        int operation = Next();
        Disk.Mark(new Note.ReadBegun(operation, id));
        try
        {
            using StoredDocument? document = await Store.ReadAsync(DocumentKey.Create(id), default).AsTask().WaitAsync(HangTimeout, Clock);
            Disk.Mark(new Note.ReadEnded(operation, document?.Info.Version ?? 0, document is null ? null : Encoding.UTF8.GetString(document.Body.Span)));
            return null;
        }
        catch (StoreException exception)
        {
            Disk.Mark(new Note.ReadFailed(operation, $"{exception.GetType().Name}: {exception.Message}"));
            return exception;
        }
    }

    public async Task ReadAllAsync()
    {
        foreach (string id in Scene.Ids)
        {
            await ReadAsync(id);
        }
    }

    /// <summary>Waits, in the time of the clients, for what a thread of the store is about to bring about.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        long started = Clock.GetTimestamp();
        while (!condition())
        {
            if (Clock.GetElapsedTime(started) > HangTimeout)
            {
                throw new HangException($"It did not happen within {HangTimeout}: {what}\n{Scheduler.Describe()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), Clock);
        }
    }

    /// <summary>Several clients at once.</summary>
    public Task TogetherAsync(params Func<Task>[] clients) => Task.WhenAll(clients.Select((client, index) =>
        Scheduler.StartAsync(string.Create(CultureInfo.InvariantCulture, $"client-{index}"), client)));

    private static string Body(int operation, string id, int bytes)
    {
        string start = $"{{\"operation\":{operation},\"id\":\"{id}\",\"fill\":\"";

        // No two sectors are alike, and none is like the same one of another body.
        var random = new Random(operation);
        return $"{start}{string.Concat(Enumerable.Range(0, bytes - start.Length).Select(_ => (char)('a' + random.Next(26))))}\"}}";
    }

    private TimeProvider Clock => Scheduler.Clock;

    private int Next() => Interlocked.Increment(ref _operations);

    private static (long Sequence, DurabilityLevel Level) Answer(WriteResult result) => (result.Sequence, result.Level);

    private Task<StoreException?> BatchAsync(int operation, params Note.Change[] changes)
    {
        DocumentOperation[] operations = [.. changes.Select(ToOperation)];
        return WriteAsync(operation, changes, async () =>
        {
            CommitResult result = await Store.CommitAsync(operations, Level, default);
            return (result.Sequence, result.Level);
        });
    }

    private static DocumentOperation ToOperation(Note.Change change) => change.Body is null
        ? new DeleteOperation(DocumentKey.Create(change.Id), default)
        : new PutOperation(DocumentKey.Create(change.Id), TestDocuments.Content(change.Body), default);

    private async Task<StoreException?> WriteAsync(int operation, Note.Change[] changes, Func<Task<(long Sequence, DurabilityLevel Level)>> write)
    {
        Disk.Mark(new Note.Issued(operation, changes));
        try
        {
            var (sequence, level) = await write().WaitAsync(HangTimeout, Clock);
            if (IsHealthy && sequence > 0 && level < Level)
            {
                throw new HangException($"A write waited to be {Level} until its time ran out: {string.Join(" and ", changes.Select(change => change.Id))}\n{Scheduler.Describe()}");
            }

            Disk.Mark(level == DurabilityLevel.Buffered && sequence > 0 ? new Note.Buffered(operation, sequence) : new Note.Acknowledged(operation, sequence));
            return null;
        }
        catch (TimeoutException)
        {
            throw new HangException($"A write has no answer after {HangTimeout}: {string.Join(" and ", changes.Select(change => change.Id))}");
        }
        catch (OutcomeUnknownException exception)
        {
            Disk.Mark(new Note.LeftOpen(operation, exception.Message));
            return exception;
        }
        catch (StoreException exception)
        {
            Disk.Mark(new Note.Refused(operation, $"{exception.GetType().Name}: {exception.Message}"));
            return exception;
        }
    }
}
