using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DocService.Proof;
using DocService.Proof.Server;
using DocService.Storage;

namespace DocService.Api.Commands;

/// <summary><c>crashtest --data dir</c>: crashes this program under load on the user's own disk and checks what is left.</summary>
internal static class CrashTestCommand
{
    public const string Usage = "crashtest --data <dir> [--kills N] [--cuts N] [--idle N] [--seed S] [--under \"command\"]";

    private const int CountMax = 1_000_000;
    private const int IdleMax = 50_000;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = new CommandLine(arguments, "--data", "--kills", "--cuts", "--idle", "--seed", "--under");
        var options = new CrashTestOptions
        {
            Directory = line.Data(),
            Program = ServerProgram.Same(line.Text("--under")),
            Inspect = directory => [.. StoreVerification.Run(directory).Damage.Select(damage => damage.ToString())],
            Kills = line.Number("--kills", 100, CountMax),
            Cuts = line.Number("--cuts", 0, CountMax),
            IdleConnections = line.Number("--idle", 50, IdleMax),
            Seed = line.Number("--seed", RandomNumberGenerator.GetInt32(int.MaxValue), int.MaxValue),
        };
        if (options.Kills == 0 && options.Cuts == 0)
        {
            throw new UsageException("with no kills and no cuts there is nothing to do.");
        }

        if (!Directory.Exists(options.Directory))
        {
            throw new UsageException($"{options.Directory} does not exist; make it first, it is the place to be tested.");
        }

        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // servers and mounts are cleaned up first
            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            CrashTestReport report = await new CrashTest(options, TimeProvider.System, Console.WriteLine).RunAsync(stop.Token);
            return Tell(report, options, line.Text("--under"));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped; no verdict.");
            return ExitCode.CannotRun;
        }
    }

    private static int Tell(CrashTestReport report, CrashTestOptions options, string? under)
    {
        foreach (string text in report.Lines)
        {
            Console.WriteLine(text);
        }

        foreach (string text in report.Skipped)
        {
            Console.WriteLine("Skipped: " + text);
        }

        foreach (string text in report.Violations)
        {
            Console.WriteLine("Violation: " + text);
        }

        Console.WriteLine($"seed {options.Seed}; the same choices again (not the same timing): crashtest --data {options.Directory} --kills {options.Kills} --cuts {options.Cuts} --idle {options.IdleConnections} --seed {options.Seed}{(under is null ? string.Empty : $" --under \"{under}\"")}");
        Console.WriteLine(report.Violations.Count == 0
            ? "No violation: nothing acknowledged was lost, nothing unwritten appeared."
            : $"FAILED; data, logs and history are kept in {report.Evidence}.");
        return report.Violations.Count == 0 ? ExitCode.Good : ExitCode.Bad;
    }
}
