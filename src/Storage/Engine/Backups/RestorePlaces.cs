using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Backups;

/// <summary>The directories of a backup's files, open one at a time: files of one directory follow each other.</summary>
/// <remarks>Owns: the open one. Thread: one.</remarks>
internal sealed class RestorePlaces(IFileSystem files, IDirectory root) : IDisposable
{
    /// <summary>FORMAT's name until everything else is durable.</summary>
    public const string FormatDraftName = "FORMAT.restored";

    private string? _path;
    private IDirectory? _open;

    /// <summary>What the file is called as long as the directory is not whole.</summary>
    public static string NameOf(string path, string name) => path == FormatFile.Name ? FormatDraftName : name;

    public IDirectory? Open(string path) => Move(path, () => BackupTree.Open(files, root, path));

    public IDirectory Make(string path) => Move(path, () => BackupTree.Make(files, root, path))!;

    public void Dispose() => _open?.Dispose();

    private IDirectory? Move(string path, Func<IDirectory?> open)
    {
        if (path != _path)
        {
            _open?.Dispose();
            _open = open();
            _path = path;
        }

        return _open;
    }
}
