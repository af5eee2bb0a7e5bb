using DocService.Storage.Io;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>Removes a directory with all that is in it. Nothing is synced: what comes back after a power cut is removed again.</summary>
/// <remarks>Thread: one. Symbolic links are removed, not followed.</remarks>
/// <param name="paused">Called after some files.</param>
internal sealed class TreeRemoval(Action paused)
{
    private int _slice;

    public void Remove(IDirectory parent, string name)
    {
        using (IDirectory? directory = parent.TryOpenDirectory(name))
        {
            foreach (string entry in directory?.List() ?? [])
            {
                RemoveEntry(directory!, entry);
            }
        }

        parent.TryRemoveDirectory(name);
    }

    private void RemoveEntry(IDirectory directory, string name)
    {
        try
        {
            directory.TryUnlink(name);
        }
        catch (FileSystemException exception) when (exception.Error is Errno.EISDIR or Errno.EPERM && directory.GetKind(name) == EntryKind.Directory)
        {
            Remove(directory, name);
        }

        if (++_slice % SnapshotWalk.SliceFiles == 0)
        {
            paused();
        }
    }
}
