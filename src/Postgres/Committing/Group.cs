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

    /// <summary>Of the server that has committed it.</summary>
    public long Timeline { get; set; }

    /// <summary>A write of it is answered when standbys have it.</summary>
    public bool WaitsForStandbys => Enumerable.Range(0, _ends.Length).Any(Waits);

    /// <summary>Tells how they have ended those writes that wait for no standby, or those that do.</summary>
    /// <param name="waited">Which of the two.</param>
    /// <param name="hasReached">Standbys have what was committed.</param>
    public void Tell(bool waited, bool hasReached)
    {
        for (int index = 0; index < _ends.Length; index++)
        {
            if (Waits(index) != waited)
            {
                continue;
            }

            if (_ends[index].Result is { } result)
            {
                Writes[index].Complete(hasReached && result.Level == DurabilityLevel.Durable ? Raised(result) : result);
            }
            else
            {
                Writes[index].Fail(_ends[index].Failure!);
            }
        }
    }

    private bool Waits(int index) => Writes[index].IsReplicated && _ends[index].Result is { IsCommitted: true };

    private static CommitResult Raised(CommitResult result) => result with
    {
        Level = DurabilityLevel.Replicated,
        Results = [.. result.Results.Select(static one => one with { Level = DurabilityLevel.Replicated })],
    };
}
