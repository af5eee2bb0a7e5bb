using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DocService.Proof;
using DocService.Proof.Server;
using DocService.Storage;
using DocService.Storage.Maintenance;

namespace DocService.Api.Commands;

/// <summary><c>crashtest --data dir</c>: crashes this program under load on the user's own disk and checks what is left.</summary>
internal static class CrashTestCommand
{
    private const int CountMax = 1_000_000;
    private const int IdleMax = 50_000;

    public static Command Create()
    {
        Option<string> data = CommandOptions.Data("An existing directory on the disk to be tested");
        Option<int?> kills = CommandOptions.Number("--kills", "How often the server is killed", 100, 0, CountMax);
        Option<int?> cuts = CommandOptions.Number("--cuts", "Power cuts on ext4 and on XFS, in image files; needs root", 0, 0, CountMax);
        Option<int?> idle = CommandOptions.Number("--idle", "Idle connections beside the load", 50, 0, IdleMax);
        Option<int?> seed = CommandOptions.Number("--seed", "Makes the same choices again. Default: another one each time", null, 0, int.MaxValue);
        Option<int?> rounds = CommandOptions.Number("--rounds", "How often something of the cluster fails", 20, 1, CountMax);
        var cluster = new Option<string?>("--cluster") { HelpName = "dir", Description = "Tries DocService on the PostgreSQL cluster that ops/postgres/cluster.sh has made there" };
        var promise = new Option<string>("--promise") { HelpName = "level", Description = "On a cluster: what must not be lost, replicated or durable", DefaultValueFactory = static _ => CrashTestOptions.Replicated };
        promise.AcceptOnlyFromAmong(CrashTestOptions.Replicated, "durable");
        var under = new Option<string?>("--under") { HelpName = "command", Description = "Starts the server under this command, such as strace" };
        var command = new TaughtCommand(
            "crashtest",
            "Crash this program under load on your own disk and check what is left",
            "docservice crashtest --data /mnt/disk --kills 100",
            "sudo docservice crashtest --data /mnt/disk --kills 0 --cuts 50         # power cuts, in image files there")
        {
            data, kills, cuts, idle, seed, under, cluster, rounds, promise,
        };
        command.SetAction((line, _) => RunAsync(
            new CrashTestOptions
            {
                Directory = line.Directory(data),
                Program = ServerProgram.Same(line.GetValue(under)),
                Inspect = directory => [.. StoreVerification.Run(directory).Damage.Select(damage => damage.ToString())],
                Kills = line.GetRequiredValue(kills)!.Value,
                Cuts = line.GetRequiredValue(cuts)!.Value,
                IdleConnections = line.GetRequiredValue(idle)!.Value,
                Cluster = line.GetValue(cluster) is { } made ? Path.GetFullPath(made) : null,
                Rounds = line.GetRequiredValue(rounds)!.Value,
                Promise = line.GetRequiredValue(promise),
                Seed = line.GetValue(seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            },
            line.GetValue(under)));
        return command;
    }

    private static async Task<int> RunAsync(CrashTestOptions options, string? under)
    {
        if (options.Cluster is { } cluster && !File.Exists(Path.Combine(cluster, "control")))
        {
            Console.Error.WriteLine($"docservice: {cluster} was not made by ops/postgres/cluster.sh up.");
            return ExitCode.Usage;
        }

        if (options.Cluster is null && options.Kills == 0 && options.Cuts == 0)
        {
            Console.Error.WriteLine("docservice: With no kills and no cuts there is nothing to do.");
            return ExitCode.Usage;
        }

        if (!Directory.Exists(options.Directory))
        {
            Console.Error.WriteLine($"docservice: {options.Directory} does not exist; make it first, it is the place to be tested.");
            return ExitCode.Usage;
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
            return Tell(report, options, under);
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

        string what = options.Cluster is { } cluster ? $"--cluster {cluster} --rounds {options.Rounds} --promise {options.Promise}" : $"--kills {options.Kills} --cuts {options.Cuts} --idle {options.IdleConnections}";
        Console.WriteLine($"seed {options.Seed}; the same choices again (not the same timing): crashtest --data {options.Directory} {what} --seed {options.Seed}{(under is null ? string.Empty : $" --under \"{under}\"")}");
        Console.WriteLine(report.Violations.Count == 0
            ? "No violation: nothing acknowledged was lost, nothing unwritten appeared."
            : $"FAILED; data, logs and history are kept in {report.Evidence}.");
        return report.Violations.Count == 0 ? ExitCode.Good : ExitCode.Bad;
    }
}
