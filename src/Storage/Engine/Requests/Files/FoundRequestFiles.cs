using DocService.Storage.Io;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>What is found of the files: each is read, held against what the next one says of it, and given its age where that is not known.</summary>
/// <remarks>Thread: one. Writes nothing. Damage is told in the file that has it.</remarks>
internal static class FoundRequestFiles
{
    /// <summary>Numbers of the files in the directory, ascending.</summary>
    public static List<long> NumbersIn(IDirectory directory) =>
        [.. directory.List().Select(RequestFile.TryParseName).OfType<long>().Order()];

    /// <summary>
    /// A process that was killed, or whose sync failed, may have left a seal in the page cache alone. The journal lets go of what a seal
    /// covers, so it counts only when the disk has it.
    /// </summary>
    public static void Settle(IDirectory directory, long number)
    {
        using IFile? file = directory.TryOpen(RequestFile.NameOf(number), FileAccess.ReadWrite);
        file?.SyncData();
        file?.DropCache();
    }

    /// <summary>A file without a header that can be read counts as one that holds nothing and has lost everything.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="number">Of the file.</param>
    /// <param name="ranBefore">How long the store had been running, as far as later files tell.</param>
    /// <param name="isStopping">Asked at each piece.</param>
    /// <exception cref="OperationCanceledException">It is stopping.</exception>
    public static RequestFile Read(IDirectory directory, long number, TimeSpan ranBefore, Func<bool>? isStopping = null)
    {
        string reason = "its header cannot be read";
        try
        {
            if (RequestScan.Read(directory, number, isStopping) is { } file)
            {
                return file;
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            reason = exception.Message;
        }

        var lost = new RequestFile(new RequestFileHeader { Number = number, Chains = 1, PreviousLength = 0, PreviousEntries = 0, Running = ranBefore, Created = default }) { HasHeader = false };
        lost.NoteDamage($"{lost.Name}: {reason}");
        return lost;
    }

    /// <summary>Whether each file has what the next one says of it; damage is told in the file.</summary>
    public static void CheckEnds(IReadOnlyList<RequestFile> files)
    {
        for (int index = 1; index < files.Count; index++)
        {
            (RequestFile before, RequestFileHeader next) = (files[index - 1], files[index].Header);
            if (next.Number != before.Number + 1)
            {
                before.NoteDamage($"{RequestFile.NameOf(before.Number + 1)} is missing");
            }
            else if (next.PreviousLength > 0 && (before.DurableThrough < next.PreviousLength || before.Entries < next.PreviousEntries))
            {
                before.NoteDamage($"{before.Name} ends at offset {before.DurableThrough} with {before.Entries} requests; it had {next.PreviousEntries}, up to offset {next.PreviousLength}");
            }
        }
    }

    /// <summary>
    /// When the last request of an incomplete file was written is not known, but not after a later file was begun. Where there is none
    /// the file is kept as if that had been just now. Damage that an intact entry tells is as old as that entry.
    /// </summary>
    public static void AgeIncomplete(IReadOnlyList<RequestFile> files, TimeSpan ranBefore)
    {
        TimeSpan latest = ranBefore;
        for (int index = files.Count - 1; index >= 0; index--)
        {
            RequestFile file = files[index];
            if (file.IsIncomplete && file.LastRunning < latest)
            {
                file.LastRunning = latest;
            }

            latest = file.HasHeader && file.Header.Running < latest ? file.Header.Running : latest;
        }
    }
}
