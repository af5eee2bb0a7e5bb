using DocService.Storage.Requests;

namespace DocService.Postgres.Committing;

/// <summary>A write on its way to the database.</summary>
/// <remarks>
/// Thread: its client's, which may withdraw it, and the writer's, which takes it: whichever comes first. A write that is taken is carried to its
/// end, also when the client has gone.
/// </remarks>
internal sealed class QueuedWrite(IReadOnlyList<DocumentOperation> operations, IdempotentRequest? request, DurabilityLevel level, long deadline)
{
    private readonly TaskCompletionSource<CommitResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDecided;

    public IReadOnlyList<DocumentOperation> Operations { get; } = operations;

    /// <summary>Null for a write without a key.</summary>
    public IdempotentRequest? Request { get; } = request;

    /// <summary>It is answered when standbys have it.</summary>
    public bool IsReplicated { get; } = level == DurabilityLevel.Replicated;

    /// <summary>Timestamp of the clock at which it has waited as long as it may.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Of bodies.</summary>
    public long Bytes { get; } = operations.Sum(static operation => operation is PutOperation put ? (long)put.Content.Body.Length : 0);

    public Task<CommitResult> Ended => _ended.Task;

    /// <summary>By the writer. False: it has been withdrawn.</summary>
    public bool TryTake() => !Interlocked.Exchange(ref _isDecided, true);

    /// <summary>By its client. False: it is being carried out.</summary>
    public bool TryWithdraw() => !Interlocked.Exchange(ref _isDecided, true);

    public void Complete(CommitResult result) => _ended.TrySetResult(result);

    public void Fail(Exception exception) => _ended.TrySetException(exception);
}
