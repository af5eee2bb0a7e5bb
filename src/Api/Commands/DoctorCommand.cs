using System.Globalization;
using DocService.Storage;

namespace DocService.Api.Commands;

/// <summary><c>doctor --data dir</c>: what the disk below a directory can promise.</summary>
internal static class DoctorCommand
{
    public const string Usage = "doctor --data <dir> [--rounds N]";

    private const int RoundsDefault = 300;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        var line = new CommandLine(arguments, "--data", "--rounds");
        string data = line.Data();
        int rounds = line.Number("--rounds", RoundsDefault, DiskExamination.RoundsMax);
        if (rounds == 0)
        {
            throw new UsageException("--rounds must be at least 1.");
        }

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
