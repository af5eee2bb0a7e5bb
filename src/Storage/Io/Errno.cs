namespace DocService.Storage.Io;

/// <summary>Linux error numbers (asm-generic/errno.h; the same on x86-64 and arm64) that the engine tells apart. Others keep their number.</summary>
#pragma warning disable CA1008 // Zero is "no error" and never an error number.
internal enum Errno
#pragma warning restore CA1008
{
    EPERM = 1,
    ENOENT = 2,
    EINTR = 4,
    EIO = 5,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EEXIST = 17,
    EXDEV = 18,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    ENOSPC = 28,
    ESPIPE = 29,
    EROFS = 30,
    EMLINK = 31,
    ENAMETOOLONG = 36,
    ENOLCK = 37,
    ENOSYS = 38,
    ENOTEMPTY = 39,
    ELOOP = 40,
    EOPNOTSUPP = 95,
    EDQUOT = 122,
}
