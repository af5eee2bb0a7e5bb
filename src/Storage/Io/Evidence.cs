using System.Globalization;

namespace DocService.Storage.Io;

/// <summary>Keeps what is damaged, or foreign, in quarantine/.</summary>
/// <remarks>Thread: any; of one name one at a time.</remarks>
internal static class Evidence
{
    /// <summary>
    /// Synced there before this returns. A file gets a second name, so that the first never ceases to exist in between; a directory is moved.
    /// </summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="quarantine">Where it is kept, as <c>sequence.name</c>; a second file of that name gets a number behind it.</param>
    /// <param name="sequence">Of the version that takes its place.</param>
    public static void Keep(IDirectory directory, string name, SyncedDirectory quarantine, long sequence)
    {
        string kept = string.Create(CultureInfo.InvariantCulture, $"{sequence}.{name}");
        if (directory.GetKind(name) == EntryKind.Directory)
        {
            directory.Rename(name, quarantine.Entries, kept);
        }
        else
        {
            for (int number = 2; !TryLink(directory, name, quarantine.Entries, kept); number++)
            {
                kept = string.Create(CultureInfo.InvariantCulture, $"{sequence}.{name}.{number}"); // the same version has been damaged before
            }
        }

        quarantine.Sync();
    }

    /// <summary>False: another file is kept under that name.</summary>
    private static bool TryLink(IDirectory directory, string name, IDirectory quarantine, string kept)
    {
        try
        {
            directory.Link(name, quarantine, kept);
            return true;
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EEXIST)
        {
            // Filing is done again after a crash: the evidence was secured the first time.
            return quarantine.TryGetIdentity(kept) == directory.TryGetIdentity(name);
        }
    }
}
