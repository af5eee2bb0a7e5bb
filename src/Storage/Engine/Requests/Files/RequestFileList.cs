using DocService.Storage.Io;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>The files in which look-ups look.</summary>
/// <remarks>Owns: the list, which is replaced as a whole, and the names of those that have left it. Thread: one replaces it, any looks up.</remarks>
internal sealed class RequestFileList(SyncedDirectory directory)
{
    private readonly Queue<string> _leaving = []; // names of dropped files
    private RequestFile[] _files = [];

    /// <summary>By number.</summary>
    public RequestFile[] All
    {
        get => Volatile.Read(ref _files);
        set => Volatile.Write(ref _files, value);
    }

    /// <summary>Nobody looks for it any more when its name goes.</summary>
    /// <exception cref="FileSystemException">Its name is still there, or may be: <see cref="RemoveLeaving"/> tries again.</exception>
    public void DropOldest()
    {
        RequestFile[] rest = All[1..]; // what takes memory comes first
        _leaving.Enqueue(_files[0].Name);
        All = rest;
        RemoveLeaving();
    }

    /// <summary>One by one and in their order, so that the names that are left never have a gap. One that could not be removed is tried again before any younger one.</summary>
    public void RemoveLeaving()
    {
        while (_leaving.TryPeek(out string? name))
        {
            directory.Entries.TryUnlink(name);
            directory.Sync();
            _leaving.Dequeue();
        }
    }

    /// <summary>The newest request with that key; null when there is none, which is certain only where no file has damage.</summary>
    /// <exception cref="FileSystemException">A file cannot be read.</exception>
    public KnownRequest? Find(Sha256Digest key)
    {
        RequestFile[] files = All;
        long voidAfter = long.MaxValue;
        for (int index = files.Length - 1; index >= 0; index--)
        {
            try
            {
                if (files[index].Find(directory.Entries, key) is { } found)
                {
                    return found.Sequence <= voidAfter ? found : null;
                }
            }
            catch (FileSystemException exception) when (exception.Error == Errno.EIO)
            {
                files[index].NoteDamage($"{files[index].Name}: {exception.Message}");
            }

            voidAfter = Math.Min(voidAfter, files[index].VoidAfter); // whether or not it could be read: that was found at the start
        }

        return null;
    }
}
