using System.Globalization;
using DocService.Proof.Clusters;
using DocService.Proof.Crashes;

namespace DocService.Proof;

/// <summary>
/// Crashes the real server on a real disk under concurrent clients and checks that it keeps its promises. Shares no
/// code with the store: what it knows, it knows from HTTP.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="clock">Measures and waits.</param>
/// <param name="say">Takes lines of progress.</param>
public sealed class CrashTest(CrashTestOptions options, TimeProvider clock, Action<string> say)
{
    private static readonly string[] CutFileSystems = ["ext4", "xfs"];

    private readonly CrashTestReport _report = new();

    /// <summary>Runs all of it, or up to the first violation.</summary>
    /// <exception cref="IOException">A tool or the directory failed; nothing is known.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; everything is cleaned up.</exception>
    public async Task<CrashTestReport> RunAsync(CancellationToken cancellation)
    {
        string directory = Path.Combine(options.Directory, "crashtest-" + clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        for (int attempt = 2; Directory.Exists(directory); attempt++)
        {
            directory = $"{directory.Split('+')[0]}+{attempt}";
        }

        Directory.CreateDirectory(directory);
        try
        {
            _report.LinesWritten.Add("kernel: Linux " + File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
            if (options.Cluster is { } cluster)
            {
                var campaign = new ClusterCampaign(new Cluster(cluster, clock), Path.Combine(directory, "cluster.log"), options, clock, say);
                Report(await campaign.RunAsync(options.Rounds, cancellation), campaign.Describe(), "a cluster's round", directory);
                return _report;
            }

            if (options.Kills > 0)
            {
                await RunAsync(new Kill(), directory, Path.Combine(directory, "kills.log"), options.Kills, cancellation);
            }

            foreach (string fileSystem in options.Cuts > 0 ? CutFileSystems : [])
            {
                await CutAsync(fileSystem, directory, cancellation);
            }
        }
        finally
        {
            if (_report.Evidence is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        return _report;
    }

    private async Task CutAsync(string fileSystem, string directory, CancellationToken cancellation)
    {
        if (LoopVolume.Obstacle(fileSystem) is { } obstacle)
        {
            _report.SkippedParts.Add($"power cuts on {fileSystem}: {obstacle}");
            return;
        }

        LoopVolume volume;
        try
        {
            volume = await LoopVolume.CreateAsync(fileSystem, directory, clock);
        }
        catch (IOException exception)
        {
            _report.SkippedParts.Add($"power cuts on {fileSystem}: {exception.Message}");
            return;
        }

        await using (volume)
        {
            await RunAsync(new PowerCut(volume, fileSystem, clock), volume.MountPoint, Path.Combine(directory, $"{fileSystem}.log"), options.Cuts, cancellation);
            if (_report.Evidence is not null)
            {
                KeepData(Path.Combine(volume.MountPoint, "data"), Path.Combine(directory, $"{fileSystem}-data"));
            }
        }
    }

    private async Task RunAsync(ICrash crash, string parent, string logFile, int crashes, CancellationToken cancellation)
    {
        var campaign = new Campaign(crash, Path.Combine(parent, "data"), logFile, options, clock, say);
        IReadOnlyList<string> violations = await campaign.RunAsync(crashes, cancellation);
        Report(violations, $"{campaign.Describe()}; filesystem {campaign.FileSystem}", crash.Name, Path.GetDirectoryName(logFile)!);
    }

    private void Report(IReadOnlyList<string> violations, string line, string after, string evidence)
    {
        _report.LinesWritten.Add(line);
        _report.ViolationsFound.AddRange(violations);
        if (violations.Count > 0)
        {
            say($"Violation after {after}; the data is kept."); // also for a run that is stopped before its report
            _report.Evidence = evidence;
        }
    }

    /// <summary>The image goes; what stood in it is evidence.</summary>
    private static void KeepData(string from, string to)
    {
        foreach (string file in !Directory.Exists(from) ? [] : Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
