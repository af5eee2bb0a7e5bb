using System.CommandLine;
using System.Globalization;
using DocService.Transfer.Http;
using DocService.Transfer.Receiving;

namespace DocService.Api.Commands.Transfers;

/// <summary><c>export --to file</c>: writes documents of a running server to a file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        Option<string?> url = ServerOptions.Url("Address of the server", TransferRun.DefaultUrl);
        Option<string?> key = ServerOptions.Key("API key");
        var to = new Option<string?>("--to") { HelpName = "file", Description = "A file, packed with zstd where its name ends with .zst; replaced when the export is whole. Default: the standard output", Validators = { CommandOptions.NotEmpty } };
        var prefix = new Option<string?>("--prefix") { HelpName = "text", Description = "Only documents whose ids begin so" };
        var filter = new Option<string?>("--filter") { HelpName = "json", Description = "Only documents that a filter finds, as GET /docs has it" };
        var command = new TaughtCommand(
            "export",
            "Write the documents of a running server to a file, all of one moment, with every byte",
            "docservice export --to all.ndjson.zst",
            "docservice export --url https://docs.example.com --prefix notes/ --to notes.ndjson",
            "docservice export --filter '{\"city\":\"Ulm\"}' | jq .id",
            "docservice export --url http://one:5080 | docservice import - --url http://two:5080")
        {
            url, key, to, prefix, filter,
        };
        command.SetAction(async (line, cancellation) =>
        {
            var options = new ExportOptions
            {
                Path = line.GetValue(to) is { } path && path != "-" ? path : null,
                Prefix = line.GetValue(prefix),
                Filter = line.GetValue(filter),
                Key = ServerOptions.KeyOf(line, key),
            };
            using HttpClient http = ServerOptions.Connect(ServerOptions.AddressOf(line, url)!, Timeout.InfiniteTimeSpan);
            return await TransferRun.RunAsync(
                async (watcher, end) =>
                {
                    long documents = await new ExportJob(options, http, RetryPolicy.Usual, TimeProvider.System, watcher).RunAsync(end);
                    watcher.Remark(string.Create(CultureInfo.InvariantCulture, $"{documents:N0} {(documents == 1 ? "document" : "documents")} exported{(options.Path is null ? string.Empty : $" to {options.Path}")}."));
                    return ExitCode.Good;
                },
                "Stopped. The export is not whole.",
                cancellation);
        });
        return command;
    }
}
