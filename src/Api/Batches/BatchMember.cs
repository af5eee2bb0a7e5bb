namespace DocService.Api.Batches;

/// <summary>A member of an operation of a batch, or several.</summary>
[Flags]
internal enum BatchMember
{
    None = 0,
    Op = 1 << 0,
    Id = 1 << 1,
    Body = 1 << 2,
    MergePatch = 1 << 3,
    JsonPatch = 1 << 4,
    Path = 1 << 5,
    By = 1 << 6,
    Create = 1 << 7,
    IfMatch = 1 << 8,
    IfNoneMatch = 1 << 9,
}
