using System.Globalization;

namespace DocService.Storage.Bench.Index;

/// <summary>What this process has used until a moment.</summary>
/// <param name="At">The moment, as a timestamp; of <see cref="TakeIdleAsync"/> when it last worked.</param>
/// <param name="Cpu">User and system time.</param>
/// <param name="Written">Bytes handed to the kernel, whatever becomes of them.</param>
internal readonly record struct ProcessFigures(long At, TimeSpan Cpu, long Written)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.3);
    private const int IdleLooks = 4;
    private static readonly TimeSpan IdleMax = TimeSpan.FromMilliseconds(30);

    public static ProcessFigures Take() => new(TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime, Io("wchar"));

    /// <summary>Once the library's threads have nothing to do.</summary>
    public static async Task<ProcessFigures> TakeIdleAsync()
    {
        ProcessFigures idle = Take();
        for (int looks = 0; looks < IdleLooks; looks++)
        {
            ProcessFigures before = Take();
            await Task.Delay(Pause, TimeProvider.System);
            if (Take().Cpu - before.Cpu >= IdleMax)
            {
                idle = Take();
                looks = -1;
            }
        }

        return idle;
    }

    /// <summary>A line of /proc/self/status, in MiB.</summary>
    public static long Status(string name) => Number("/proc/self/status", name) >> 10;

    public static long SizeOf(string directory) => Directory.Exists(directory) ? new DirectoryInfo(directory).EnumerateFiles().Sum(file => file.Length) : 0;

    private static long Io(string name) => Number("/proc/self/io", name);

    private static long Number(string file, string name)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
