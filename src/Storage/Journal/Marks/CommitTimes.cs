namespace DocService.Storage.Journal.Marks;

/// <summary>When a commit that is traced got how far, as timestamps of the store's clock; 0: not yet.</summary>
/// <remarks>
/// Thread: made on the writer's, noted on the journal's, read on the writer's when the commit is completed. One that is acknowledged
/// before its sync may be read while the journal still notes: then <see cref="SyncStarted"/> and <see cref="SyncEnded"/> are not to be read.
/// </remarks>
internal sealed class CommitTimes(long queued)
{
    /// <summary>It was queued for the journal's thread.</summary>
    public long Queued => queued;

    /// <summary>Its group was about to be written.</summary>
    public long Taken { get; private set; }

    public long SyncStarted { get; private set; }

    public long SyncEnded { get; private set; }

    public void NoteTaken(long now) => Taken = now;

    public void NoteSynced(long started, long ended)
    {
        SyncStarted = started;
        SyncEnded = ended;
    }
}
