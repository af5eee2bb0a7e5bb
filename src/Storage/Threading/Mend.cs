namespace DocService.Storage.Threading;

/// <summary>
/// Mends of faults that only show when threads meet. A simulation leaves one out, to see that it would find the fault
/// again; see <see cref="IThreads.LeavesOut"/>.
/// </summary>
internal enum Mend
{
    /// <summary>A journal that is busy does not say that the disk is full.</summary>
    BusyIsNotFull,

    /// <summary>A directory is synced by one thread at a time, and a failed sync fails all that follow.</summary>
    OneSyncForAll,

    /// <summary>A write's time counts from when it was asked for, not from when its group came to its turn.</summary>
    OneDeadline,

    /// <summary>What is written is dropped from the cache before it is visible.</summary>
    CacheDropsWhatIsWritten,

    /// <summary>What was read before a write is not added to the cache after it.</summary>
    CacheAddsNothingOld,

    /// <summary>A hit of the cache asks whether the file is still the one that was read.</summary>
    CacheAsksForTheFile,
}
