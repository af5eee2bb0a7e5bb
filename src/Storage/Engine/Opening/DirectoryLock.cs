using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>One process for each data directory: a lock on the directory itself, and one on the file LOCK in it.</summary>
/// <remarks>
/// The lock on the directory holds even if somebody removes LOCK. The lock on LOCK keeps programs of earlier versions out,
/// and works where a directory cannot be locked (network filesystems that need a writable descriptor).
/// </remarks>
internal static class DirectoryLock
{
    /// <summary>Null when another process, or another store in this one, has one of them.</summary>
    public static IDisposable? TryTake(IDirectory data, string lockName)
    {
        IDisposable? file = data.TryLock(lockName);
        if (file is null)
        {
            return null;
        }

        try
        {
            if (data.TryLock())
            {
                return file;
            }
        }
        catch (FileSystemException exception) when (exception.Error is Errno.EBADF or Errno.EOPNOTSUPP or Errno.EINVAL or Errno.ENOLCK)
        {
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }
}
