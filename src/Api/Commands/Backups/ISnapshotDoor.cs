using DocService.Api.Snapshots;
using DocService.Storage;

namespace DocService.Api.Commands.Backups;

/// <summary>The snapshots of a store, of a running server or of a stopped one's directory.</summary>
internal interface ISnapshotDoor : IAsyncDisposable
{
    /// <summary>Takes one; all but so many of the newest go afterwards.</summary>
    Task<SnapshotFacts> TakeAsync(string? name, int? keep, CancellationToken cancellation);

    /// <summary>All, and the one that is being taken.</summary>
    Task<(IReadOnlyList<SnapshotFacts> Snapshots, SnapshotProgress? Taking)> ListAsync(CancellationToken cancellation);

    /// <summary>False where there is none.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken cancellation);
}
