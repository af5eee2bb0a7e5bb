using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Backups;

/// <summary>The files of a snapshot, and which paths a backup may have. Nothing else is taken, written or followed.</summary>
internal static class BackupTree
{
    /// <summary>Directories with a directory for each shard in them.</summary>
    public static readonly string[] Sharded = [DataDirectory.DocumentsName, DataDirectory.VersionsName];

    private static readonly string[] Flat = [DataDirectory.JournalName, DataDirectory.RequestsName];

    /// <summary>FORMAT comes last: without it a directory is not one of data.</summary>
    private static readonly string[] Roots = [SnapshotManifest.Name, FormatFile.Name];

    /// <summary>All directories with files, in the order of a backup. The last is the backup itself.</summary>
    public static readonly IReadOnlyList<string> Directories = [.. All()];

    private static readonly HashSet<string> Known = [.. Directories];

    private static IEnumerable<string> All()
    {
        foreach (string name in Sharded)
        {
            for (int shard = 0; shard < DocumentPath.Shards; shard++)
            {
                yield return $"{name}/{DocumentPath.ShardName(shard)}";
            }
        }

        foreach (string name in Flat.Append(string.Empty))
        {
            yield return name;
        }
    }

    /// <summary>Names of the files in one of these directories, in order.</summary>
    public static IEnumerable<string> NamesIn(IDirectory directory, string path) => path.Length == 0 ? Roots : directory.List().Where(name => IsName(path, name)).Order(StringComparer.Ordinal);

    /// <summary>Whether a backup may have the path.</summary>
    public static bool IsPath(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? Roots.Contains(path) : Known.Contains(path[..slash]) && IsName(path[..slash], path[(slash + 1)..]);
    }

    /// <summary>Directory and name of a path.</summary>
    public static (string Directory, string Name) Split(string path) => path.LastIndexOf('/') is >= 0 and var slash ? (path[..slash], path[(slash + 1)..]) : (string.Empty, path);

    /// <summary>Whether the file, if it has the same header line elsewhere, has the same content.</summary>
    public static bool TellsItsContent(string directory) => directory.StartsWith(Sharded[0], StringComparison.Ordinal) || directory.StartsWith(Sharded[1], StringComparison.Ordinal);

    /// <summary>Opens one of these directories; null where it is not there.</summary>
    public static IDirectory? Open(IFileSystem files, IDirectory root, string path) => files.TryOpenDirectory(path.Length == 0 ? root.Path : $"{root.Path}/{path}");

    /// <summary>Opens one of these directories, made if need be.</summary>
    public static IDirectory Make(IFileSystem files, IDirectory root, string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > 0)
        {
            root.TryCreateDirectory(names[0]);
        }

        if (names.Length > 1)
        {
            using IDirectory parent = Required(files, root, names[0]);
            parent.TryCreateDirectory(names[1]);
        }

        return Required(files, root, path);
    }

    /// <summary>The names of the directories of shards are durable when this returns.</summary>
    public static void SyncSharded(IDirectory root)
    {
        foreach (string name in Sharded)
        {
            using IDirectory? all = root.TryOpenDirectory(name);
            all?.Sync();
        }
    }

    private static IDirectory Required(IFileSystem files, IDirectory root, string path) =>
        Open(files, root, path) ?? throw new FileSystemException(SystemCall.Open, $"{root.Path}/{path}", Errno.ENOENT);

    private static bool IsName(string directory, string name) => name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && directory.Split('/')[0] switch
    {
        DataDirectory.DocumentsName => DocumentPath.IsName(name),
        DataDirectory.VersionsName => DocumentPath.IsVersionName(name),
        DataDirectory.JournalName => Segment.TryParseName(name) is not null || NewestMark.IsMark(name),
        DataDirectory.RequestsName => RequestFile.TryParseName(name) is not null,
        _ => false,
    };
}
