namespace DocService.Postgres.Committing;

/// <summary>Writes that one transaction carries out, and how they end if it commits.</summary>
/// <param name="writes">That have been taken.</param>
internal sealed class Group(IReadOnlyList<QueuedWrite> writes)
{
    private readonly (CommitResult? Result, Exception? Failure)[] _ends = new (CommitResult?, Exception?)[writes.Count];

    /// <summary>Names this attempt, and no other: who inserts it first decides whether it has committed.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    public IReadOnlyList<QueuedWrite> Writes { get; } = writes;

    /// <summary>Its commit has been sent: from here on a lost connection leaves its outcome unknown.</summary>
    public bool IsSent { get; set; }

    public void SetEnd(int index, CommitResult? result, Exception? failure) => _ends[index] = (result, failure);

    /// <summary>Tells every write how it has ended.</summary>
    public void Tell()
    {
        for (int index = 0; index < _ends.Length; index++)
        {
            if (_ends[index].Result is { } result)
            {
                Writes[index].Complete(result);
            }
            else
            {
                Writes[index].Fail(_ends[index].Failure!);
            }
        }
    }
}
