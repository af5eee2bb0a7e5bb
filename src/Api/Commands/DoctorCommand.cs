using System.CommandLine;
using System.Globalization;
using DocService.Storage;
using DocService.Storage.Maintenance;

namespace DocService.Api.Commands;

/// <summary><c>doctor --data dir</c>: what the disk below a directory can promise.</summary>
internal static class DoctorCommand
{
    private const int RoundsDefault = 300;

    public static Command Create()
    {
        Option<string> data = CommandOptions.Data("A directory on the disk to be examined; no server may be using it");
        Option<int?> rounds = CommandOptions.Number("--rounds", "How often each way to sync is timed", RoundsDefault, 1, DiskExamination.RoundsMax);
        var command = new TaughtCommand(
            "doctor",
            "Say what a disk and its filesystem can promise, and time its syncs",
            "docservice doctor --data /var/lib                                      # before the first start; a directory that exists")
        {
            data, rounds,
        };
        command.SetAction(line => Run(line.Directory(data), line.GetRequiredValue(rounds)!.Value));
        return command;
    }

    private static int Run(string data, int rounds)
    {
        DiskReport report = DiskExamination.Run(data, rounds, TimeProvider.System);
        Console.WriteLine($"{data}: {report.FileSystem} ({report.MountOptions})");
        Console.WriteLine($"free: {Count(report.FreeBytes)} bytes, {(report.FreeInodes is { } inodes ? Count(inodes) : "unlimited")} inodes");
        foreach (SyncLatency latency in report.Latencies)
        {
            Console.WriteLine($"{latency.Method,-48} p50 {Micros(latency.Median),10} µs   p99 {Micros(latency.P99),10} µs   ({latency.Rounds} rounds)");
        }

        foreach (string remark in report.Remarks)
        {
            Console.WriteLine("Remark: " + remark);
        }

        foreach (string fault in report.Faults)
        {
            Console.WriteLine("Fault: " + fault);
        }

        Console.WriteLine(report.Faults.Count == 0
            ? "Nothing here voids the promise. A device that lies can only be found by cutting its power."
            : "An acknowledged write does not survive a power cut here.");
        return report.Faults.Count == 0 ? ExitCode.Good : ExitCode.Bad;
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Micros(TimeSpan time) => time.TotalMicroseconds.ToString("F1", CultureInfo.InvariantCulture);
}
