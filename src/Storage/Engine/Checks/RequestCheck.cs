using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Checks;

/// <summary>Reads every file of remembered requests. A directory from before there were any has none.</summary>
/// <remarks>Thread: one. Changes nothing.</remarks>
internal sealed class RequestCheck(VerificationReport report, JournalCheck journal)
{
    public void Run(IDirectory data)
    {
        using IDirectory? directory = data.TryOpenDirectory(DataDirectory.RequestsName);
        if (directory is null)
        {
            return;
        }

        var files = new List<RequestFile>();
        foreach (long number in FoundRequestFiles.NumbersIn(directory))
        {
            if (TryRead(directory, number) is { } file)
            {
                files.Add(file);
            }
        }

        FoundRequestFiles.CheckEnds(files);
        foreach (RequestFile file in files)
        {
            if (file.Damage is { } damage)
            {
                Tell(file.Name, damage);
            }
            else if (file == files[^1] && file.Unsealed.Count(request => !journal.MayHoldRequest(request.Sequence)) is > 0 and var unsealed)
            {
                Tell(file.Name, $"its last seal is damaged: the journal has let go of {unsealed} requests behind it");
            }
        }
    }

    private RequestFile? TryRead(IDirectory directory, long number)
    {
        try
        {
            if (RequestScan.Read(directory, number) is { } file)
            {
                return file;
            }

            Tell(RequestFile.NameOf(number), "its header cannot be read");
        }
        catch (StoreFormatException exception)
        {
            Tell(RequestFile.NameOf(number), exception.Message);
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Tell(RequestFile.NameOf(number), exception.Message);
        }

        return null;
    }

    private void Tell(string name, string what) =>
        report.DamageFound.Add(new VerificationDamage($"{DataDirectory.RequestsName}/{name}", 0, $"remembered requests: {what}. Keys that are not found are answered requests-unknown."));
}
