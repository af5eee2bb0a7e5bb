using System.CommandLine;
using System.Globalization;
using DocService.Api.Commands.Parts;
using DocService.Storage;
using DocService.Storage.Maintenance;

namespace DocService.Api.Commands.Backups;

/// <summary><c>restore --from --to</c>: makes a data directory of a backup, and compares every file with its digest.</summary>
internal static class RestoreCommand
{
    private static readonly Option<string> From = new("--from")
    {
        HelpName = "path",
        Description = $"A backup, a directory of backups, whose newest is taken, or a file that ends in {StoreBackup.ArchiveSuffix}",
        Required = true,
        Validators = { CommandOptions.NotEmpty },
    };

    private static readonly Option<string> To = new("--to")
    {
        HelpName = "dir",
        Description = "The new data directory: empty or absent",
        Required = true,
        Validators = { CommandOptions.NotEmpty },
    };

    public static Command Create()
    {
        var command = new TaughtCommand(
            "restore",
            "Make a data directory of a backup; its first start is that of a store of its own",
            "docservice restore --from /mnt/backups --to /srv/new",
            "docservice restore --from /mnt/away/monday.tar.zst --to /srv/new")
        {
            From, To,
        };
        command.SetAction(line => Run(line.Directory(From), line.Directory(To)));
        return command;
    }

    private static int Run(string from, string to)
    {
        var bar = new ProgressBar(Console.Error, Console.IsErrorRedirected, "files");
        BackupReport report;
        try
        {
            report = StoreRestore.Run(from, to, bar.Show);
        }
        catch (StoreFormatException exception)
        {
            bar.End();
            Console.Error.WriteLine($"docservice: {exception.Message} Nothing was restored.");
            return ExitCode.Bad;
        }

        bar.End();
        Console.WriteLine(to);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Files:N0} files with {report.Bytes:N0} bytes as of commit {report.Snapshot.Sequence}: every digest is right."));
        return ExitCode.Good;
    }
}
