using System.CommandLine;
using DocService.Storage;

namespace DocService.Api.Commands;

/// <summary><c>verify --data dir</c>: reads a data directory offline and prints one line for each damage.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<string> data = CommandOptions.Data("The data directory; no server may be using it");
        var command = new Command("verify", "Read every journal record and document of a stopped server's directory; change nothing") { data };
        command.SetAction(line => Run(line.Directory(data)));
        return command;
    }

    private static int Run(string data)
    {
        VerificationReport report = StoreVerification.Run(data);
        foreach (string remark in report.Remarks)
        {
            Console.WriteLine("Remark: " + remark);
        }

        foreach (VerificationDamage damage in report.Damage)
        {
            Console.WriteLine($"Damage: {damage}");
        }

        Console.WriteLine($"{data}: {report.Segments} journal segments with {report.Records} records ({report.PendingCommits} commits not yet filed, durable through {report.DurableThrough}, filed through {report.FiledThrough}), {report.Documents} documents with {report.DocumentBytes} bytes.");
        Console.WriteLine(report.Damage.Count == 0 ? "Intact." : $"{report.Damage.Count} damages found; nothing was changed.");
        return report.Damage.Count == 0 ? ExitCode.Good : ExitCode.Bad;
    }
}
