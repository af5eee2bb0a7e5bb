namespace DocService.Storage.Io;

/// <summary>Which call failed. What a failure means depends on it: a failed sync is another thing than a failed open.</summary>
internal enum SystemCall
{
    /// <summary>open or openat.</summary>
    Open,

    /// <summary>mkdirat.</summary>
    CreateDirectory,

    /// <summary>linkat.</summary>
    Link,

    /// <summary>renameat.</summary>
    Rename,

    /// <summary>unlinkat of a file.</summary>
    Unlink,

    /// <summary>unlinkat of a directory.</summary>
    RemoveDirectory,

    /// <summary>statx.</summary>
    Stat,

    /// <summary>fstatfs.</summary>
    StatVolume,

    /// <summary>readdir.</summary>
    List,

    /// <summary>flock.</summary>
    Lock,

    /// <summary>pread.</summary>
    Read,

    /// <summary>pwrite.</summary>
    Write,

    /// <summary>fdatasync of a file.</summary>
    SyncData,

    /// <summary>fsync of a file.</summary>
    Sync,

    /// <summary>fsync of a directory.</summary>
    SyncDirectory,
}
