using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Io;

/// <summary>
/// An open directory. Names are single path components; final components that are symbolic links are never followed.
/// </summary>
/// <remarks>
/// Entry operations (<see cref="Create"/>, <see cref="Link"/>, <see cref="Rename"/>, <see cref="TryUnlink"/>,
/// <see cref="TryCreateDirectory"/>, <see cref="TryRemoveDirectory"/>) are visible to every process at once and survive a power cut only after
/// <see cref="Sync"/> of each directory they touched has returned. The handle stays usable when the process has
/// run out of file descriptors. Safe to use from several threads at once.
/// </remarks>
internal interface IDirectory : IDisposable
{
    /// <summary>Absolute path, for messages only.</summary>
    string Path { get; }

    /// <summary>
    /// Opens an existing regular file, or returns null when there is none (ENOENT). Anything else under that name
    /// fails: a symbolic link with ELOOP, a directory with EISDIR at the latest when it is read.
    /// </summary>
    IFile? TryOpen(string name, FileAccess access);

    /// <summary>Creates a new file, readable and writable, that must not exist (EEXIST). Not durable before <see cref="Sync"/>.</summary>
    IFile Create(string name);

    /// <summary>Opens a sub-directory, or returns null when there is none (ENOENT).</summary>
    IDirectory? TryOpenDirectory(string name);

    /// <summary>Creates a sub-directory; false when the name is taken (EEXIST). Not durable before <see cref="Sync"/>.</summary>
    bool TryCreateDirectory(string name);

    /// <summary>
    /// Gives the file a second name, which must not exist (EEXIST). A symbolic link is linked itself. Durable after
    /// <see cref="Sync"/> of <paramref name="target"/>.
    /// </summary>
    void Link(string name, IDirectory target, string newName);

    /// <summary>
    /// Moves the name, atomically replacing a file that holds <paramref name="newName"/>. Durable after
    /// <see cref="Sync"/> of both directories. A failure says nothing about whether it took effect.
    /// </summary>
    void Rename(string name, IDirectory target, string newName);

    /// <summary>Removes the name; false when it did not exist (ENOENT). Durable after <see cref="Sync"/>.</summary>
    bool TryUnlink(string name);

    /// <summary>Removes an empty sub-directory; false when it did not exist (ENOENT). Durable after <see cref="Sync"/>.</summary>
    bool TryRemoveDirectory(string name);

    /// <summary>What the name is, without following it; <see cref="EntryKind.None"/> when it does not exist.</summary>
    EntryKind GetKind(string name);

    /// <summary>The stamp of what has the name, without following it; null when it does not exist (ENOENT).</summary>
    FileStamp? TryGetStamp(string name);

    /// <summary>The state of what has the name, without following it; null when it does not exist (ENOENT).</summary>
    FileState? TryGetState(string name);

    /// <summary>What has the name at present, without following it; null when it does not exist (ENOENT).</summary>
    InodeIdentity? TryGetIdentity(string name);

    /// <summary>All names in the directory, unsorted. On a directory of documents only by what reads them all: no request may wait for it.</summary>
    /// <param name="most">No more than so many are read; which ones, is chance.</param>
    IReadOnlyList<string> List(int most = int.MaxValue);

    /// <summary>
    /// Hint, by syncfs: writes back what is dirty on the whole filesystem in one go, so that the syncs of many files that
    /// follow find little to do. Takes as long as everybody's dirty data does. It proves nothing: old kernels and stacked
    /// filesystems report no failure here, so none is looked at, and each file's own sync still reports its own.
    /// </summary>
    void WriteBackVolume();

    /// <summary>
    /// fsync of the directory: entries changed before the call survive a power cut after it returned. After a
    /// failure the state on disk is unknown and stays unknown: it must not be called again to find out.
    /// </summary>
    void Sync();

    /// <summary>
    /// Takes an exclusive advisory lock on the file of that name (created when absent), held until disposed;
    /// null when another process, or another store in this one, holds it.
    /// </summary>
    IDisposable? TryLock(string name);

    /// <summary>Whether it is this process itself that has the file of that name open: after a lock was refused, who holds it.</summary>
    bool IsOpenInThisProcess(string name) => false;

    /// <summary>
    /// The same lock on the directory itself, held until this handle is disposed; false when another handle holds it. Some
    /// network filesystems cannot (EBADF, EOPNOTSUPP, EINVAL, ENOLCK).
    /// </summary>
    bool TryLock();

    /// <summary>Which directory this is, as long as it exists, whatever its name.</summary>
    InodeIdentity GetIdentity();

    /// <summary>What may still be allocated on the filesystem below this directory. One system call: for every write.</summary>
    FreeSpace GetFreeSpace();

    /// <summary>Type, options and size of the filesystem below this directory. Reads the table of all mounts: for openings and reports.</summary>
    VolumeInfo GetVolumeInfo();
}
