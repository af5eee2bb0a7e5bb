using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Examines the files of remembered requests: each entry, and that each file has what the next one says of it.</summary>
/// <remarks>
/// Thread: the scrub's, beside the one that appends to the newest file. There is no copy of what is damaged, so it is named and no more; the
/// next start answers honestly for its keys.
/// </remarks>
/// <param name="data">The data directory; the caller's.</param>
/// <param name="findings">Told of damage.</param>
internal sealed class RequestScrub(IDirectory data, ScrubFindings findings)
{
    /// <summary>Reads all of them. False: it is to end.</summary>
    /// <param name="goOn">Called with the bytes that are about to be read, and files; waits as long as the pace wants. False: end.</param>
    public bool Read(Func<long, int, bool> goOn)
    {
        using IDirectory? directory = data.TryOpenDirectory(DataDirectory.RequestsName);
        if (directory is null)
        {
            return true;
        }

        var met = new HashSet<string>(StringComparer.Ordinal);
        RequestFile? before = null;
        foreach (long number in FoundRequestFiles.NumbersIn(directory))
        {
            met.Add(Place(number));
            try
            {
                RequestFile? file = Examine(directory, number, goOn);
                if (before is not null && file is not null)
                {
                    FoundRequestFiles.CheckEnds([before, file]);
                    Tell(directory, before);
                }

                before = file;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        findings.KeepOnly($"{DataDirectory.RequestsName}/", met);
        return true;
    }

    private static string Place(long number) => $"{DataDirectory.RequestsName}/{RequestFile.NameOf(number)}";

    /// <summary>What is damaged is read once more: of the newest file an entry may have been half written just then.</summary>
    private RequestFile? Examine(IDirectory directory, long number, Func<long, int, bool> goOn)
    {
        string? wrong = null;
        for (int tries = 0; tries < 2; tries++)
        {
            (RequestFile? file, wrong) = TryRead(directory, number, goOn);
            if (wrong is null)
            {
                findings.NoteNoDamage(Place(number));
                return file;
            }
        }

        Tell(directory, number, wrong!);
        return null;
    }

    private (RequestFile? File, string? Wrong) TryRead(IDirectory directory, long number, Func<long, int, bool> goOn)
    {
        try
        {
            using (IFile? opened = directory.TryOpen(RequestFile.NameOf(number), FileAccess.Read))
            {
                opened?.DropCache();
                findings.NoteRead(opened?.GetLength() ?? 0);
            }

            RequestFile? file = RequestScan.Read(directory, number, () => !goOn(RequestScan.WindowBytes, 0));
            return file is null ? (null, "its header cannot be read")
                : file.IsIncomplete ? (null, file.Damage)
                : goOn(0, 1) ? (file, null) : throw new OperationCanceledException();
        }
        catch (StoreFormatException exception)
        {
            return (null, exception.Message);
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return (null, exception.Message);
        }
    }

    private void Tell(IDirectory directory, RequestFile file)
    {
        if (file.IsIncomplete)
        {
            Tell(directory, file.Number, file.Damage!);
        }
    }

    /// <summary>Unless the file has been dropped meanwhile: its requests are no longer remembered.</summary>
    private void Tell(IDirectory directory, long number, string wrong)
    {
        if (directory.GetKind(RequestFile.NameOf(number)) != EntryKind.None)
        {
            findings.NoteDamage(Place(number), null, $"remembered requests: {wrong}");
        }
    }
}
