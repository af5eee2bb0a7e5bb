using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DocService.Index.History;

/// <summary>What others ask the index's thread to write of histories.</summary>
/// <remarks>
/// Owns: the queue. Thread: any asks, and wakes the index's, which takes. Whoever asks keeps it short: it waits for each answer before
/// it asks again.
/// On failure: an index that is given up or closed abandons what waits with <see cref="IndexClosedException"/>.
/// </remarks>
internal sealed class HistoryWork
{
    private readonly ConcurrentQueue<HistoryTask> _tasks = new();

    public bool IsAny => !_tasks.IsEmpty;

    /// <summary>Completes when the rows are removed.</summary>
    public Task RemoveAsync(IReadOnlyList<HistoryRemoval> removals) => Add(new HistoryTask(removals, null));

    /// <summary>Completes when it is durable that the history is to be erased.</summary>
    public Task MarkAsync(DueHistory erasure) => Add(new HistoryTask([], erasure));

    public bool TryTake([NotNullWhen(true)] out HistoryTask? task) => _tasks.TryDequeue(out task);

    public void Abandon()
    {
        while (TryTake(out HistoryTask? task))
        {
            task.Done.TrySetException(new IndexClosedException());
        }
    }

    private Task Add(HistoryTask task)
    {
        _tasks.Enqueue(task);
        return task.Done.Task;
    }
}

/// <summary>One thing to write.</summary>
/// <param name="Removals">Rows that go.</param>
/// <param name="Erasure">What must be durable before it is done; null: nothing.</param>
internal sealed record HistoryTask(IReadOnlyList<HistoryRemoval> Removals, DueHistory? Erasure)
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
