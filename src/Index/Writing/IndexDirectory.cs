using DocService.Index.Declared;
using DocService.Index.Families;
using DocService.Index.Rocks;
using DocService.Index.Rows;

namespace DocService.Index.Writing;

/// <summary>The directory of the index: opened as it is, made anew, or emptied.</summary>
/// <remarks>Thread: one. The data directory must be this process's alone.</remarks>
internal sealed class IndexDirectory(string path, long cacheBytes, TimeProvider clock, Declarations declarations)
{
    /// <summary>Opens what is there. Creates nothing.</summary>
    public FoundIndex TryOpen()
    {
        if (!Directory.Exists(path))
        {
            return new FoundIndex(null, "there is no index");
        }

        RocksDatabase? database = null;
        string? reason;
        try
        {
            database = RocksDatabase.Open(path, cacheBytes);
            reason = Judge(database, out IndexState? state);
            if (reason is null)
            {
                return new FoundIndex(new IndexWriter(database, state!, clock, declarations), null);
            }
        }
        catch (IndexFailedException exception)
        {
            reason = exception.Message;
        }

        database?.Close();
        return new FoundIndex(null, reason);
    }

    /// <summary>Begins a new index in the directory, which is made when it is missing and must be empty.</summary>
    /// <exception cref="IndexFailedException">It cannot be made.</exception>
    public IndexWriter Create(IndexState state)
    {
        MakeDirectory();
        var writer = new IndexWriter(RocksDatabase.Open(path, cacheBytes), state, clock, declarations);
        try
        {
            writer.Write();
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Removes what is in the directory, not the directory itself, which may be a mount or lead elsewhere. No database may be open in it.</summary>
    /// <returns>Bytes that the files had.</returns>
    public long Clear()
    {
        if (!Directory.Exists(path))
        {
            return 0;
        }

        long bytes = 0;
        foreach (FileSystemInfo entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                bytes += entry is FileInfo { LinkTarget: null } file ? file.Length : 0;
                entry.Delete();
            }
        }

        return bytes;
    }

    /// <summary>Nobody else's business, whatever the umask of the process: the library makes its files for all to read.</summary>
    private void MakeDirectory()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        }
    }

    private static string? Judge(RocksDatabase database, out IndexState? state)
    {
        using RocksValue row = database.Read(Family.State, IndexState.Key);
        state = IndexState.TryRead(row.Bytes);
        return (row.IsFound, state) switch
        {
            (false, _) => "the index has no state",
            (_, null) => "the index has another format",
            (_, { IsBuilding: true }) => "the index was not built to its end",
            _ => null,
        };
    }
}
