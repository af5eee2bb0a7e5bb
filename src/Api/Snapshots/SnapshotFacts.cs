using DocService.Storage;

namespace DocService.Api.Snapshots;

/// <summary>A snapshot as it is told of.</summary>
internal sealed record SnapshotFacts(string Name, DateTimeOffset Created, long Sequence, long FiledThrough, long Documents, long Versions, long Bytes, Guid StoreId, string Path)
{
    public static SnapshotFacts Of(SnapshotInfo info) =>
        new(info.Name, info.Created, info.Sequence, info.FiledThrough, info.Documents, info.Versions, info.Bytes, info.StoreId, info.Path);
}
