namespace DocService.Storage.Io;

/// <summary>
/// The only door to the operating system. Everything below a data directory is reached through the
/// <see cref="IDirectory"/> handles that start here; nothing else in the engine opens, names or syncs a file.
/// </summary>
/// <remarks>
/// All members are synchronous and may block for as long as the disk does; they are called from threads that may
/// block. Every failure is a <see cref="FileSystemException"/> that carries the error number; nothing is retried
/// but EINTR, and not even that of a sync: the kernel may have told a write-back error by then, and tells it once.
/// </remarks>
internal interface IFileSystem
{
    /// <summary>Opens an existing directory by absolute path, or returns null when it does not exist (ENOENT).</summary>
    IDirectory? TryOpenDirectory(string absolutePath);

    /// <summary>What the path leads to at present, symbolic links followed; null when it does not exist (ENOENT).</summary>
    InodeIdentity? TryGetIdentity(string absolutePath);

    /// <summary>
    /// The store's own threads call this before they take memory that grows with what clients write. The real runtime
    /// refuses memory in its own way, so only a simulation throws here.
    /// </summary>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    void ExpectMemory()
    {
    }

    /// <summary>Descriptors that the process may have open at a time, connections included (RLIMIT_NOFILE).</summary>
    int HandlesMax { get; }
}
