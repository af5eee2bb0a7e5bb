using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>Creates a directory and its missing parents so that a power cut cannot take them away again.</summary>
internal static class DirectoryCreation
{
    /// <summary>
    /// Opens the directory, created with its missing parents when absent. The parent's entry for it is synced in any
    /// case: an earlier process may have created it and died before its own sync.
    /// </summary>
    /// <param name="files">The way to it.</param>
    /// <param name="path">Absolute.</param>
    /// <param name="remark">Set when the parent of an existing directory may not be read, so its entry cannot be synced here.</param>
    public static IDirectory OpenOrCreate(IFileSystem files, string path, out string? remark)
    {
        var missing = new Stack<string>();
        string existing = path;
        IDirectory? directory = files.TryOpenDirectory(existing);
        while (directory is null)
        {
            missing.Push(Path.GetFileName(existing));
            existing = Path.GetDirectoryName(existing)
                ?? throw new StoreConfigurationException($"No parent of {path} exists.");
            directory = files.TryOpenDirectory(existing);
        }

        try
        {
            remark = SyncParent(files, existing);
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        while (missing.TryPop(out string? name))
        {
            directory = CreateIn(directory, name);
        }

        return directory;
    }

    private static string? SyncParent(IFileSystem files, string path)
    {
        if (Path.GetDirectoryName(path) is not { } parentPath)
        {
            return null;
        }

        try
        {
            using IDirectory? parent = files.TryOpenDirectory(parentPath);
            parent?.Sync();
            return null;
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EACCES)
        {
            return $"{parentPath} may not be read, so it was not synced. Whoever made {path} must have seen to it that it survives a power cut.";
        }
    }

    private static IDirectory CreateIn(IDirectory parent, string name)
    {
        using (parent)
        {
            parent.TryCreateDirectory(name);
            parent.Sync();
            return parent.TryOpenDirectory(name)
                ?? throw new StoreConfigurationException($"{parent.Path}/{name} was created and is gone again.");
        }
    }
}
