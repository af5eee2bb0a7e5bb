namespace DocService.Storage.Reports;

/// <summary>The snapshots of a store.</summary>
/// <param name="Snapshots">Oldest first: by <see cref="SnapshotInfo.Sequence"/>.</param>
/// <param name="Taking">The one that is being taken; null: none is.</param>
public sealed record SnapshotList(IReadOnlyList<SnapshotInfo> Snapshots, SnapshotProgress? Taking);

/// <summary>How far a snapshot has come.</summary>
/// <param name="Name">What it will be called.</param>
/// <param name="Directories">Directories of documents and of versions that are done.</param>
/// <param name="DirectoriesTotal">How many there are.</param>
/// <param name="Files">Files that are done.</param>
public sealed record SnapshotProgress(string Name, int Directories, int DirectoriesTotal, long Files);
