using System.CommandLine;
using System.Globalization;
using DocService.Api.Commands.Parts;
using DocService.Api.Configuration;
using DocService.Api.Snapshots;
using DocService.Storage;
using DocService.Storage.Maintenance;

namespace DocService.Api.Commands.Backups;

/// <summary><c>backup --to</c>: copies a store, running or stopped, into a directory of backups or an archive. It runs on the machine of the data.</summary>
internal static class BackupCommand
{
    private static readonly Option<string> To = new("--to")
    {
        HelpName = "path",
        Description = $"A directory of backups, where unchanged files are shared with the one before, or a new file that ends in {StoreBackup.ArchiveSuffix}",
        Required = true,
        Validators = { CommandOptions.NotEmpty },
    };

    private static readonly Option<string?> Snapshot = new("--snapshot") { HelpName = "name", Description = "Of this snapshot, which stays. Default: of one that is taken for it, and deleted afterwards" };

    private static readonly Option<int?> Keep = CommandOptions.Number("--keep", "Afterwards delete all but so many of the newest backups in the directory. Default: none is deleted", null, 1, 1_000_000);

    public static Command Create()
    {
        var command = new TaughtCommand(
            "backup",
            "Copy a running or stopped server's store somewhere else, with a digest of every file",
            "docservice backup --url http://localhost:5080 --to /mnt/backups --keep 14",
            "docservice backup --data /srv/docs --to /mnt/backups",
            "docservice backup --url http://localhost:5080 --to /mnt/away/monday.tar.zst")
        {
            To, Snapshot, Keep, SnapshotOptions.Data, SnapshotOptions.Url, SnapshotOptions.Key,
        };
        command.SetAction((line, cancellation) => RunAsync(line, Path.TrimEndingDirectorySeparator(Path.GetFullPath(line.GetRequiredValue(To))), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult line, string to, CancellationToken cancellation)
    {
        using var stop = new CommandStop(cancellation);
        await using ISnapshotDoor door = await SnapshotOptions.OpenAsync(line, stop.Token);
        string? wanted = line.GetValue(Snapshot);
        try
        {
            return wanted is null ? await OfANewOneAsync(door, to, line.GetValue(Keep), stop.Token)
                : Run((await door.ListAsync(stop.Token)).Snapshots.FirstOrDefault(one => one.Name == wanted) ?? throw new ConfigurationError($"There is no snapshot '{wanted}'."), to, line.GetValue(Keep), stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("docservice: Stopped. There is no backup.");
            return ExitCode.CannotRun;
        }
    }

    /// <summary>Whatever becomes of the backup, its snapshot goes: it would keep room for ever. So a stop waits until it is taken; a second one does not.</summary>
    private static async Task<int> OfANewOneAsync(ISnapshotDoor door, string to, int? keep, CancellationToken stop)
    {
        SnapshotFacts source = await SnapshotOptions.TakeAsync(door, null, null, CancellationToken.None);
        try
        {
            stop.ThrowIfCancellationRequested();
            return Run(source, to, keep, stop);
        }
        finally
        {
            await TryDeleteAsync(door, source.Name);
        }
    }

    /// <summary>A backup that is whole does not fail because its snapshot stays.</summary>
    private static async Task TryDeleteAsync(ISnapshotDoor door, string name)
    {
        try
        {
            await door.DeleteAsync(name, CancellationToken.None);
        }
        catch (Exception exception) when (exception is ConfigurationError or StoreException)
        {
            await Console.Error.WriteLineAsync($"docservice: The snapshot '{name}' stays, and keeps room until it is deleted: {exception.Message}");
        }
    }

    private static int Run(SnapshotFacts source, string to, int? keep, CancellationToken stop)
    {
        if (!Directory.Exists(source.Path))
        {
            throw new ConfigurationError($"{source.Path} is not here: run the backup on the server's machine.");
        }

        var bar = new ProgressBar(Console.Error, Console.IsErrorRedirected, "files");
        BackupReport report = StoreBackup.Run(source.Path, to, keep, Show);
        bar.End();
        Console.WriteLine(report.Path);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Files:N0} files with {report.Bytes:N0} bytes as of commit {report.Snapshot.Sequence}; {report.CopiedFiles:N0} with {report.CopiedBytes:N0} bytes were copied, the others are those of the backup before."));
        return ExitCode.Good;

        void Show(long done, long total)
        {
            stop.ThrowIfCancellationRequested();
            bar.Show(done, total);
        }
    }
}
