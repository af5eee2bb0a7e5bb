namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>Which member of the file-system seam was called.</summary>
internal enum CallKind
{
    OpenDirectory,
    Open,
    Create,
    CreateDirectory,
    Link,
    Rename,
    Unlink,
    GetKind,
    GetStamp,
    List,
    WriteBackVolume,
    SyncDirectory,
    Lock,
    GetVolumeInfo,
    GetFreeSpace,
    GetLength,
    Read,
    Write,
    SyncData,
    Sync,
    DropCache,
    Close,

    /// <summary>Not a call: a sync that began above has its effect here, where other calls came between.</summary>
    SyncEnd,

    /// <summary>Not a call: a note of the workload, such as an acknowledgement, in its place among the calls.</summary>
    Mark,
}
