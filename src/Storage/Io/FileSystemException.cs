namespace DocService.Storage.Io;

/// <summary>
/// A system call failed. The error number is all that is known; whether the call had an effect is not. The caller
/// decides what that means: reject one request, or fence the store.
/// </summary>
#pragma warning disable CA1032, CA1064 // Always made with an error number; never leaves the engine.
internal sealed class FileSystemException : Exception
#pragma warning restore CA1032, CA1064
{
    public FileSystemException(SystemCall call, string path, Errno error)
        : base($"{NameOf(call)} {path}: {error} ({Describe(error)})")
    {
        Call = call;
        Path = path;
        Error = error;
    }

    public SystemCall Call { get; }

    public string Path { get; }

    public Errno Error { get; }

    /// <summary>
    /// No blocks, inodes or quota left: the call did not happen, and the store may go read-only over it. Not so for a
    /// directory's sync: the changes that it was to save have happened.
    /// </summary>
    public bool IsOutOfSpace => Error is (Errno.ENOSPC or Errno.EDQUOT) && Call != SystemCall.SyncDirectory;

    /// <summary>Whether it is a sync that failed.</summary>
    public bool IsSync => Call is SystemCall.SyncData or SystemCall.Sync or SystemCall.SyncDirectory;

    /// <summary>The process or the system has run out of descriptors or memory: the call did not happen. A sync is another thing.</summary>
    public bool IsOutOfHandles => Error is (Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM) && !IsSync;

    /// <summary>Of a link: the file can have no second name here (link(2)).</summary>
    public bool IsWithoutLinks => Error is Errno.EPERM or Errno.EOPNOTSUPP or Errno.EMLINK or Errno.ENOSYS;

    /// <summary>Of a rename or an unlink: what has the name may be something foreign, and no file of ours.</summary>
    public bool IsNameForeign => Error is Errno.EISDIR or Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOTDIR or Errno.EPERM;

    private static string NameOf(SystemCall call) => call switch
    {
        SystemCall.Open => "open",
        SystemCall.CreateDirectory => "mkdir",
        SystemCall.Link => "link",
        SystemCall.Rename => "rename",
        SystemCall.Unlink => "unlink",
        SystemCall.RemoveDirectory => "rmdir",
        SystemCall.Stat => "statx",
        SystemCall.StatVolume => "fstatfs",
        SystemCall.List => "readdir",
        SystemCall.Lock => "flock",
        SystemCall.Read => "pread",
        SystemCall.Write => "pwrite",
        SystemCall.SyncData => "fdatasync",
        _ => "fsync",
    };

    private static string Describe(Errno error) => error switch
    {
        Errno.EPERM => "not permitted",
        Errno.ENOENT => "does not exist",
        Errno.EIO => "input/output error",
        Errno.EACCES => "permission denied",
        Errno.EEXIST => "exists already",
        Errno.EXDEV => "crosses a filesystem boundary",
        Errno.ENOTDIR => "not a directory",
        Errno.EISDIR => "is a directory",
        Errno.ENFILE => "the system has too many open files",
        Errno.EMFILE => "the process has too many open files",
        Errno.ENOSPC => "no space left on the device",
        Errno.EROFS => "the filesystem is read-only",
        Errno.ELOOP => "is a symbolic link",
        Errno.EDQUOT => "the disk quota is used up",
        _ => $"error {(int)error}",
    };
}
