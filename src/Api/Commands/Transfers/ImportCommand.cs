using System.CommandLine;
using System.Globalization;
using DocService.Transfer;
using DocService.Transfer.Http;
using DocService.Transfer.Sending;

namespace DocService.Api.Commands.Transfers;

/// <summary><c>import FILE…</c>: sends documents of files to a running server.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("file") { HelpName = "file", Description = "Files, packed with zstd or not, directories of *.json files, or - for the standard input", Arity = ArgumentArity.OneOrMore, Validators = { CommandOptions.NoOption } };
        Option<string?> url = ServerOptions.Url("Address of the server", TransferRun.DefaultUrl);
        Option<string?> key = ServerOptions.Key("API key");
        var prefix = new Option<string?>("--prefix") { HelpName = "text", Description = "What is put before every id, such as notes/" };
        var from = new Option<string?>("--from") { HelpName = "format", Description = "What the files are. Default: recognised by how each begins" };
        from.AcceptOnlyFromAmong([.. Enum.GetNames<SourceFormat>().Select(static name => name.ToLowerInvariant())]);
        var conflict = new Option<string>("--on-conflict")
        {
            HelpName = "rule",
            Description = "A document that is there already: fail names the line, skip keeps the document, replace writes a new version",
            DefaultValueFactory = static _ => "fail",
        };
        conflict.AcceptOnlyFromAmong("fail", "skip", "replace");
        var note = new Option<string?>("--note") { HelpName = "path", Description = "Where it is noted how far the import is. Default: beside the first file, with .import-note behind its name", Validators = { CommandOptions.NotEmpty } };
        var restart = new Option<bool>("--restart") { Description = "Begin anew, although an import of these files was stopped" };
        var command = new TaughtCommand(
            "import",
            "Send documents of files to a running server: exports, CouchDB's _all_docs, MongoDB's mongoexport, directories",
            "docservice import all.ndjson.zst --url http://localhost:5080",
            "docservice import people.json --prefix people/ --on-conflict skip      # lines of mongoexport",
            "curl -s 'http://couch:5984/db/_all_docs?include_docs=true' -o db.json && docservice import db.json",
            "docservice import ./documents                                          # a/b.json becomes a/b",
            "An import that was stopped goes on where it was when the same command is given again.")
        {
            files, url, key, prefix, from, conflict, note, restart,
        };
        command.SetAction(async (line, cancellation) =>
        {
            string[] sources = line.GetRequiredValue(files);
            var options = new ImportOptions
            {
                Sources = sources,
                Format = line.GetValue(from) is { } name ? Enum.Parse<SourceFormat>(name, ignoreCase: true) : null,
                Prefix = line.GetValue(prefix) ?? string.Empty,
                OnConflict = line.GetRequiredValue(conflict),
                Key = ServerOptions.KeyOf(line, key),
                NotePath = line.GetValue(note) ?? ImportOptions.NoteBeside(sources),
                Restarts = line.GetValue(restart),
            };
            using HttpClient http = ServerOptions.Connect(ServerOptions.AddressOf(line, url)!, TransferRun.AnswerMax);
            return await TransferRun.RunAsync(
                (watcher, end) => RunAsync(options, http, watcher, end),
                options.NotePath is null ? "Stopped. The standard input cannot be read again: use --on-conflict skip." : "Stopped. The same command goes on where it was.",
                cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(ImportOptions options, HttpClient http, ITransferWatcher watcher, CancellationToken cancellation)
    {
        ImportTotals totals = await new ImportJob(options, http, RetryPolicy.Usual, TimeProvider.System, watcher).RunAsync(cancellation);
        foreach ((string what, long count) in totals.Passed)
        {
            watcher.Remark(string.Create(CultureInfo.InvariantCulture, $"Passed over: {count:N0} {what}."));
        }

        watcher.Remark(string.Create(
            CultureInfo.InvariantCulture,
            $"{totals.Created:N0} created, {totals.Replaced:N0} replaced, {totals.Skipped:N0} kept, {totals.Refused + totals.Faults:N0} not taken."));
        return totals.IsWhole ? ExitCode.Good : ExitCode.Bad;
    }
}
