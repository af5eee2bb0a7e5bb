using System.CommandLine;
using System.Globalization;
using DocService.Index;
using DocService.Storage;
using DocService.Storage.Maintenance;

namespace DocService.Api.Commands;

/// <summary><c>verify --data dir</c>: reads a data directory offline and prints one line for each damage.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<string> data = CommandOptions.Data("The data directory; no server may be using it");
        var command = new TaughtCommand(
            "verify",
            "Read every journal record and document of a stopped server's directory, and compare the index with them; change nothing",
            "docservice verify --data /var/lib/docservice                           # 0: intact, 1: damage, a line each")
        {
            data,
        };
        command.SetAction(line => Run(line.Directory(data)));
        return command;
    }

    private static int Run(string data)
    {
        using var index = new IndexVerification(Path.Combine(data, IndexOptions.DirectoryName), TimeProvider.System);
        VerificationReport report = StoreVerification.Run(data, index);
        foreach (string remark in report.Remarks)
        {
            Console.WriteLine("Remark: " + remark);
        }

        foreach (VerificationDamage damage in report.Damage)
        {
            Console.WriteLine($"Damage: {damage}");
        }

        Console.WriteLine($"{data}: {Count(report.Segments, "journal segment")} with {Count(report.Records, "record")} ({Count(report.PendingCommits, "commit")} not yet filed, durable through {report.DurableThrough}, filed through {report.FiledThrough}), {Count(report.Documents, "document")} with {Count(report.DocumentBytes, "byte")}.");
        if (report.Versions > 0)
        {
            Console.WriteLine($"{data}: {Count(report.Versions, "kept version")}.");
        }

        Console.WriteLine(report.Damage.Count == 0 ? "Intact." : $"{report.Damage.Count} {(report.Damage.Count == 1 ? "piece" : "pieces")} of damage found; nothing was changed.");
        return report.Damage.Count == 0 ? ExitCode.Good : ExitCode.Bad;
    }

    private static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");
}
