namespace DocService.Storage.Io;

/// <summary>
/// A system call failed. The error number is all that is known; whether the call had an effect is not. The caller
/// decides what that means: reject one request, or fence the store.
/// </summary>
#pragma warning disable CA1032, CA1064 // Always made with an error number; never leaves the engine.
internal sealed class FileSystemException : Exception
#pragma warning restore CA1032, CA1064
{
    public FileSystemException(string operation, string path, Errno error)
        : base($"{operation} {path}: {error} ({Describe(error)})")
    {
        Operation = operation;
        Path = path;
        Error = error;
    }

    /// <summary>Name of the system call.</summary>
    public string Operation { get; }

    public string Path { get; }

    public Errno Error { get; }

    /// <summary>No blocks, inodes or quota left: the call did not happen, and the store may go read-only over it.</summary>
    public bool IsOutOfSpace => Error is Errno.ENOSPC or Errno.EDQUOT;

    /// <summary>The process or the system has run out of descriptors or memory: the call did not happen.</summary>
    public bool IsOutOfHandles => Error is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM;

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
