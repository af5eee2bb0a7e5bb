using System.CommandLine;
using DocService.Api.Commands.Parts;
using DocService.Api.Configuration;

namespace DocService.Api.Commands.Backups;

/// <summary>Which store a command is about: a running server by its URL, or a stopped one's directory.</summary>
internal static class SnapshotOptions
{
    /// <summary>A secret on a command line is seen by everybody on the machine.</summary>
    public const string KeyVariable = "DOCSERVICE_KEY";

    public static readonly Option<string?> Data = new("--data")
    {
        HelpName = "dir",
        Description = "The data directory of a stopped server. Default: as the server's settings say, ./data",
        Validators = { CommandOptions.NotEmpty },
        Recursive = true,
    };

    public static readonly Option<string?> Url = new("--url")
    {
        HelpName = "url",
        Description = "A running server, such as http://localhost:5080, in place of --data",
        Validators = { CommandOptions.NotEmpty },
        Recursive = true,
    };

    public static readonly Option<string?> Key = new("--key")
    {
        HelpName = "key",
        Description = $"With --url: an API key that may operate the whole store. Default: what the environment variable {KeyVariable} says",
        Validators = { CommandOptions.NotEmpty },
        Recursive = true,
    };

    /// <summary>How often the progress is shown.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.3);

    public static async Task<ISnapshotDoor> OpenAsync(ParseResult line, CancellationToken cancellation)
    {
        if (line.GetValue(Url) is not { } url)
        {
            return await OpenedStore.OpenAsync(line.GetValue(Data), cancellation);
        }

        if (line.GetValue(Data) is not null)
        {
            throw new ConfigurationError("--data and --url do not go together: a running server knows its directory.");
        }

        string? key = line.GetValue(Key) ?? Environment.GetEnvironmentVariable(KeyVariable);
        return Uri.TryCreate(url, UriKind.Absolute, out Uri? server) && server.Scheme is "http" or "https"
            ? new RunningServer(server, string.IsNullOrWhiteSpace(key) ? null : key)
            : throw new ConfigurationError($"--url must be an http or https URL, not '{url}'.");
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
}
