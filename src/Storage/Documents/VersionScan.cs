using DocService.Storage.Io;

namespace DocService.Storage.Documents;

/// <summary>What the files of a directory tell of versions. What a failing device cannot read is passed over.</summary>
/// <remarks>For repair, offline.</remarks>
internal static class VersionScan
{
    /// <summary>The highest version in any readable file of the directory; 0 when there is none.</summary>
    public static long Highest(IDirectory directory)
    {
        long highest = 0;
        foreach (string name in NamesIn(directory))
        {
            highest = Math.Max(highest, VersionOf(directory, name));
        }

        return highest;
    }

    private static IReadOnlyList<string> NamesIn(IDirectory shard)
    {
        try
        {
            return shard.List();
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return [];
        }
    }

    private static long VersionOf(IDirectory shard, string name)
    {
        try
        {
            using IFile? file = shard.GetKind(name) == EntryKind.File ? shard.TryOpen(name, FileAccess.Read) : null;
            return file is null ? 0 : DocumentReader.TryReadVersion(file);
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return 0;
        }
    }
}
