using System.Globalization;
using DocService.Storage.Bench.Support;

namespace DocService.Storage.Bench.Raw;

/// <summary>The raw-device line on its own; <c>--plain 1</c> for scripts: commits, group bytes, syncs/s, p50 and p99 in microseconds.</summary>
internal static class RawCommand
{
    public static void Run(Arguments arguments)
    {
        string directory = arguments.Directory();
        TimeSpan seconds = arguments.Seconds("--seconds", 5);
        int[] commits = arguments.Numbers("--commits", 1, 16, 64, 256);
        int batch = arguments.Number("--batch", 1);
        int body = arguments.Number("--body", 1024);
        bool isPlain = arguments.Number("--plain", 0) != 0;
        arguments.Close();

        using var device = new RawDevice(directory);
        if (!isPlain)
        {
            _ = new Table($"Raw device: pwrite + fdatasync, {seconds.TotalSeconds} s each", "commits in a group", "bytes", "syncs/s", "commits/s at most", "p50 ms", "p99 ms");
        }

        foreach (int count in commits)
        {
            int bytes = RawDevice.GroupBytes(count, batch, body);
            LoadResult result = device.Run(bytes, seconds);
            if (isPlain)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count} {bytes} {result.PerSecond:0.0} {result.Latencies.At(0.5).TotalMicroseconds:0} {result.Latencies.At(0.99).TotalMicroseconds:0}"));
            }
            else
            {
                Table.Row(count, bytes, result.PerSecond, count * result.PerSecond, Table.Milliseconds(result.Latencies.At(0.5)), Table.Milliseconds(result.Latencies.At(0.99)));
            }
        }
    }
}
