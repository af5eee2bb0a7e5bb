using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>A snapshot that is being taken, and what became of it once <see cref="Ended"/> is given.</summary>
internal sealed class SnapshotOrder(string name, IThreads threads)
{
    public string Name => name;

    public Turn Ended { get; } = new(threads);

    public SnapshotInfo? Info { get; set; }

    /// <summary>Why there is none.</summary>
    public Exception? Failure { get; set; }
}
