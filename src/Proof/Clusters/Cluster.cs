using System.Diagnostics;
using System.Globalization;

namespace DocService.Proof.Clusters;

/// <summary>PostgreSQL servers that were made by <c>ops/postgres/cluster.sh up</c>, and its script.</summary>
/// <param name="directory">That it was made in.</param>
/// <param name="clock">For waiting.</param>
internal sealed class Cluster(string directory, TimeProvider clock)
{
    private static readonly TimeSpan WholeMax = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How to connect to it.</summary>
    public string Connection => File.ReadAllText(Path.Combine(directory, "connection")).Trim();

    /// <summary>The network between its servers can be cut.</summary>
    public bool HasNamespaces => File.ReadLines(Path.Combine(directory, "secrets")).Contains("namespaces=yes");

    /// <summary>Ends a server as a power cut would.</summary>
    public Task KillAsync(int node) => RunAsync("kill", directory, Text(node));

    public Task StartAsync(int node) => RunAsync("start", directory, Text(node));

    /// <summary>The server and the others no longer reach each other.</summary>
    public Task CutAsync(int node) => RunAsync("cut", directory, Text(node));

    public Task HealAsync(int node) => RunAsync("heal", directory, Text(node));

    /// <summary>The number of the primary, and of the others, once all stream.</summary>
    /// <exception cref="IOException">That did not come.</exception>
    public async Task<(int Primary, IReadOnlyList<int> Standbys)> BecomeWholeAsync(CancellationToken cancellation)
    {
        long began = clock.GetTimestamp();
        while (true)
        {
            string[] nodes = (await RunAsync("status", directory)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            int[] leading = [.. Enumerable.Range(0, nodes.Length).Where(index => IsPrimary(nodes[index]))];
            if (leading.Length == 1 && nodes.All(static node => node.Contains("\"state\": \"running\"", StringComparison.Ordinal)) &&
                nodes[leading[0]].Split("\"streaming\"").Length == nodes.Length) // one part more than there are standbys
            {
                return (leading[0] + 1, [.. Enumerable.Range(1, nodes.Length).Where(node => node != leading[0] + 1)]);
            }

            if (clock.GetElapsedTime(began) > WholeMax)
            {
                throw new IOException($"The cluster in {directory} does not become whole: {string.Join(" | ", nodes)}");
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private static bool IsPrimary(string node) =>
        node.Contains("\"role\": \"master\"", StringComparison.Ordinal) || node.Contains("\"role\": \"primary\"", StringComparison.Ordinal);

    private static string Text(int node) => node.ToString(CultureInfo.InvariantCulture);

    private async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(directory, "control"), arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new IOException("The cluster's script did not start.");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new IOException($"The cluster's script ended with {process.ExitCode} after {string.Join(' ', arguments)}.");
    }
}
