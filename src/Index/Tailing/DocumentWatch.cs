namespace DocService.Index.Tailing;

/// <summary>Waits for changes of one document. Dispose it.</summary>
/// <remarks>Thread: one waits, any tells.</remarks>
public sealed class DocumentWatch : IDisposable
{
    private readonly Action<DocumentWatch> _ended;
    private TaskCompletionSource _changed = NewSignal();

    internal DocumentWatch(string id, Action<DocumentWatch> ended)
    {
        Id = id;
        _ended = ended;
    }

    internal string Id { get; }

    /// <summary>
    /// Completes when the document may have changed since the call. It is asked for before the document is read: what is
    /// published after that reading completes it.
    /// </summary>
    public Task NextChange()
    {
        TaskCompletionSource changed = Volatile.Read(ref _changed);
        if (!changed.Task.IsCompleted)
        {
            return changed.Task;
        }

        TaskCompletionSource next = NewSignal();
        Volatile.Write(ref _changed, next);
        return next.Task;
    }

    public void Dispose() => _ended(this);

    internal void Tell() => Volatile.Read(ref _changed).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
