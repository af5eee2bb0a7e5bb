using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Checks;

/// <summary>Offline check of a data directory: FORMAT, journal, documents, and what else lies about.</summary>
/// <remarks>
/// Thread: one. Holds LOCK while it reads, and changes nothing. A missing LOCK is not made. On a read-only filesystem no
/// lock is needed, because no process can write.
/// </remarks>
internal sealed class Verification(IDirectory data, IVerificationWitness? witness = null)
{
    private static readonly string[] Expected =
        [DataDirectory.LockName, FormatFile.Name, DataDirectory.JournalName, DataDirectory.DocumentsName, DataDirectory.QuarantineName, DataDirectory.RequestsName, DataDirectory.VersionsName, DataDirectory.IndexName, DataDirectory.SnapshotsName, DataDirectory.ManifestName, "lost+found"];

    private readonly VerificationReport _report = new();

    /// <exception cref="StoreInUseException">A server holds the directory.</exception>
    /// <exception cref="StoreFormatException">Not a data directory, or one of a later version.</exception>
    /// <exception cref="FileSystemException">The directory itself cannot be read.</exception>
    public VerificationReport Run()
    {
        FormatFile? format = ReadFormat();
        using IDisposable? held = Hold();
        LookAround();
        witness?.Begin(format?.StoreId);
        var journal = new JournalCheck(_report, witness);
        using (IDirectory? directory = OpenPart(DataDirectory.JournalName))
        {
            if (directory is not null && format is { HasJournal: true })
            {
                journal.Run(directory, format.StoreId);
            }
        }

        using (IDirectory? documents = OpenPart(DataDirectory.DocumentsName))
        {
            if (documents is not null)
            {
                new DocumentCheck(_report, journal, witness).Run(documents);
            }
        }

        new VersionCheck(_report, journal, witness).Run(data, areExpected: format is { HasVersions: true });
        new RequestCheck(_report, journal).Run(data);
        if (format is { IsSnapshot: true })
        {
            new SnapshotCheck(_report).Run(data);
        }

        witness?.Finish(_report.DurableThrough, _report.DamageFound, _report.RemarksMade);
        return _report;
    }

    /// <summary>Null when it is damaged: then the documents are still worth reading.</summary>
    private FormatFile? ReadFormat()
    {
        try
        {
            FormatFile? format = FormatFile.Recognise(data, DataDirectory.LockName)
                ?? throw new StoreFormatException($"{data.Path} is no data directory: its first start was never completed.");
            if (!format.HasJournal)
            {
                _report.RemarksMade.Add("The journal has not been begun.");
            }

            return format;
        }
        catch (StoreFormatException exception) when (exception.IsDamage)
        {
            _report.DamageFound.Add(new VerificationDamage(FormatFile.Name, 0, exception.Message));
            _report.RemarksMade.Add("Without FORMAT the journal cannot be judged.");
            return null;
        }
    }

    private IDisposable? Hold()
    {
        if (data.GetKind(DataDirectory.LockName) == EntryKind.None)
        {
            _report.RemarksMade.Add("LOCK is missing; the next start makes it.");
            return data.TryLock() ? null : throw InUse();
        }

        try
        {
            return DirectoryLock.TryTake(data, DataDirectory.LockName) ?? throw InUse();
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EROFS)
        {
            return null;
        }
    }

    private StoreInUseException InUse() => new($"Another process is using {data.Path}. A directory in use proves nothing, and a copy made meanwhile proves no more: stop the server, then verify, or verify a snapshot of the filesystem.");

    private void LookAround()
    {
        foreach (string name in data.List().Except(Expected).Order(StringComparer.Ordinal))
        {
            _report.RemarksMade.Add(
                name.StartsWith(JournalEvidence.Prefix, StringComparison.Ordinal) || name == FormatRepair.EvidenceName ? $"{name}: evidence kept by a salvage."
                : name == DataDirectory.VersionsDraftName && data.GetKind(DataDirectory.VersionsName) == EntryKind.None ? $"{name}: left by a crash, gone on with when a version is kept."
                : $"{name}: no part of the store, ignored.");
        }

        using IDirectory? quarantine = OpenPart(DataDirectory.QuarantineName);
        if (quarantine?.List().Count is > 0 and var kept)
        {
            _report.RemarksMade.Add($"{DataDirectory.QuarantineName}: {kept} damaged files kept as evidence.");
        }
    }

    private IDirectory? OpenPart(string name)
    {
        string reason = "the directory is missing";
        try
        {
            if (data.TryOpenDirectory(name) is { } part)
            {
                return part;
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            reason = exception.Message;
        }

        _report.DamageFound.Add(new VerificationDamage(name, 0, reason));
        return null;
    }
}
