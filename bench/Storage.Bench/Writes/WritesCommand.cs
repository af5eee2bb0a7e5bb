using System.Diagnostics;
using System.Globalization;
using DocService.Storage.Bench.Burst;
using DocService.Storage.Bench.Support;

namespace DocService.Storage.Bench.Writes;

/// <summary>
/// One rung of the ladder of writes: what a program may do in place of a store, by one writer, for a time. Prints one line for
/// scripts: documents/s, p50 and p99 of a step in microseconds. A step is one document, and for <c>sqlite-1000</c> a thousand.
/// </summary>
internal static class WritesCommand
{
    public const string Name = "writes";

    public static void Run(Arguments arguments)
    {
        string directory = Stores.Fresh(arguments.Directory(), Name);
        TimeSpan seconds = arguments.Seconds("--seconds", 5);
        string? approach = arguments.Text("--approach");
        var samples = new Samples(arguments.Number("--body", 1024));
        arguments.Close();

        Directory.CreateDirectory(directory);
        try
        {
            (LoadResult result, int documents) = approach switch
            {
                "append" => (AppendedFile.Run(directory, samples, seconds, syncs: false), 1),
                "append-sync" => (AppendedFile.Run(directory, samples, seconds, syncs: true), 1),
                "sqlite-1" => (SqliteRows.Run(directory, samples, seconds, rows: 1), 1),
                "sqlite-1000" => (SqliteRows.Run(directory, samples, seconds, rows: 1000), 1000),
                "files" => (FileProtocol.Run(directory, writers: 1, samples, seconds), 1),
                _ => throw new UsageException("--approach takes append, append-sync, sqlite-1, sqlite-1000 or files."),
            };
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{documents * result.PerSecond:0.0} {result.Latencies.At(0.5).TotalMicroseconds:0} {result.Latencies.At(0.99).TotalMicroseconds:0}"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The same step again and again on this thread; its argument is its number.</summary>
    public static LoadResult Repeat(TimeSpan duration, Action<long> step)
    {
        var latencies = new Latencies();
        long started = Stopwatch.GetTimestamp();
        for (long number = 0; Stopwatch.GetElapsedTime(started) < duration; number++)
        {
            long begun = Stopwatch.GetTimestamp();
            step(number);
            latencies.Add(begun);
        }

        return new LoadResult(latencies, Stopwatch.GetElapsedTime(started));
    }
}
