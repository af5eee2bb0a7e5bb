namespace DocService.Index.Declared;

/// <summary>Which indexes are declared, for the thread that keeps them, and how far that has come, for those who wait.</summary>
/// <param name="first">Null: nothing is known, and the index waits.</param>
/// <remarks>
/// Thread: any. Invariant: what was declared before a commit was published is known when the commit is written.
/// </remarks>
internal sealed class Declarations(IReadOnlyList<DeclaredIndex>? first)
{
    private readonly Lock _gate = new();
    private volatile IReadOnlyList<DeclaredIndex>? _declared = first;
    private TaskCompletionSource _changed = NewSource();

    /// <summary>Null until somebody has said it for the first time.</summary>
    public IReadOnlyList<DeclaredIndex>? Newest => _declared;

    /// <summary>Completes when something has been adopted, built or lost since the call.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    public void Declare(IReadOnlyList<DeclaredIndex> indexes) => _declared = indexes;

    public void NoteChanged()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = NewSource();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
