using System.CommandLine;
using DocService.Api.Commands.Parts;
using DocService.Api.Configuration;

namespace DocService.Api.Commands.Backups;

/// <summary>Which store a command is about: a running server by its URL, or a stopped one's directory.</summary>
internal static class SnapshotOptions
{
    public static readonly Option<string?> Data = new("--data")
    {
        HelpName = "dir",
        Description = "The data directory of a stopped server. Default: as the server's settings say, ./data",
        Validators = { CommandOptions.NotEmpty },
        Recursive = true,
    };

    public static readonly Option<string?> Url = Everywhere(ServerOptions.Url("A running server, such as http://localhost:5080, in place of --data", null));

    public static readonly Option<string?> Key = Everywhere(ServerOptions.Key("With --url: an API key that may operate the whole store"));

    /// <summary>How often the progress is shown.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.3);

    public static async Task<ISnapshotDoor> OpenAsync(ParseResult line, CancellationToken cancellation)
    {
        if (ServerOptions.AddressOf(line, Url) is not { } server)
        {
            return line.GetValue(Key) is null ? await OpenedStore.OpenAsync(line.GetValue(Data), cancellation)
                : throw new ConfigurationError("--key goes with --url: a stopped server's directory needs no key.");
        }

        return line.GetValue(Data) is null ? new RunningServer(server, ServerOptions.KeyOf(line, Key))
            : throw new ConfigurationError("--data and --url do not go together: a running server knows its directory.");
    }

    /// <summary>Takes a snapshot, and shows how far it has come.</summary>
    public static async Task<Snapshots.SnapshotFacts> TakeAsync(ISnapshotDoor door, string? name, int? keep, CancellationToken cancellation)
    {
        var bar = new ProgressBar(Console.Error, Console.IsErrorRedirected, "directories");
        Task<Snapshots.SnapshotFacts> taking = door.TakeAsync(name, keep, cancellation);
        while (await Task.WhenAny(taking, Task.Delay(Interval, TimeProvider.System, cancellation)) != taking)
        {
            if ((await door.ListAsync(cancellation)).Taking is { } progress)
            {
                bar.Show(progress.Directories, progress.DirectoriesTotal);
            }
        }

        bar.End();
        return await taking;
    }

    /// <summary>It may stand before and behind the name of a command's own command.</summary>
    private static Option<string?> Everywhere(Option<string?> option)
    {
        option.Recursive = true;
        return option;
    }
}
