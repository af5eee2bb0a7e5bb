using System.Diagnostics;
using DocService.Storage.Bench.Raw;
using DocService.Storage.Bench.Support;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Engine;

/// <summary>The store without HTTP: writers × batch × body size, each beside the raw device with a group of all writers' commits.</summary>
internal static class EngineCommand
{
    private static readonly TimeSpan SettleMax = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(Arguments arguments)
    {
        string directory = arguments.Directory();
        TimeSpan seconds = arguments.Seconds("--seconds", 10);
        int[] writers = arguments.Numbers("--writers", 1, 16, 64, 256);
        int[] batches = arguments.Numbers("--batch", 1, 10);
        int[] bodies = arguments.Numbers("--body", 128, 1024, 16384);
        int keys = arguments.Number("--keys", 100_000);
        arguments.Close();

        string data = Stores.Fresh(directory, "engine");
        using var meter = new SyncMeter();
        using var device = new RawDevice(directory);
        await using (DocumentStore store = Stores.Open(data))
        {
            _ = new Table(
                $"Engine without HTTP: durable PUT, random among {keys} keys, {seconds.TotalSeconds} s each",
                "writers × batch × bytes", "commits/s", "docs/s", "p50 ms", "p99", "p99.9", "longest", "per sync", "CPU µs", "raw/s", "raw p50", "of the limit");
            await MeasureAsync(store, 16, 1, new Samples(1024), keys, TimeSpan.FromSeconds(Math.Min(3, seconds.TotalSeconds))); // compiles what is hot
            foreach (int body in bodies)
            {
                var samples = new Samples(body);
                foreach (int batch in batches)
                {
                    foreach (int count in writers)
                    {
                        await Stores.SettleAsync(store, SettleMax);
                        LoadResult raw = device.Run(RawDevice.GroupBytes(count, batch, body), seconds / 4);
                        meter.Take();
                        TimeSpan cpu = Environment.CpuUsage.TotalTime;
                        LoadResult result = await MeasureAsync(store, count, batch, samples, keys, seconds);
                        cpu = Environment.CpuUsage.TotalTime - cpu;
                        Latencies latencies = result.Latencies;
                        Table.Row(
                            $"{count} × {batch} × {body}", result.PerSecond, result.PerSecond * batch, Table.Milliseconds(latencies.At(0.5)), Table.Milliseconds(latencies.At(0.99)),
                            Table.Milliseconds(latencies.At(0.999)), Table.Milliseconds(latencies.Longest), meter.Take(),
                            cpu.TotalMicroseconds / Math.Max(1, (long)latencies.Count * batch), raw.PerSecond, Table.Milliseconds(raw.Latencies.At(0.5)),
                            Table.Percent(result.PerSecond, raw.PerSecond * count));
                    }
                }
            }
        }

        Directory.Delete(data, recursive: true);
    }

    private static Task<LoadResult> MeasureAsync(DocumentStore store, int writers, int batch, Samples samples, int keys, TimeSpan seconds)
    {
        Random[] random = [.. Enumerable.Range(0, writers).Select(writer => new Random(writer))];
        return Load.RunAsync(writers, seconds, async (writer, number) =>
        {
            if (batch == 1)
            {
                _ = await Stores.PutAsync(store, Stores.Key("hot", random[writer].Next(keys)), samples.Hashed(number));
                return;
            }

            // A commit names a document once: a stride that no number of keys in use divides.
            int first = random[writer].Next(keys);
            var operations = new DocumentOperation[batch];
            for (int index = 0; index < batch; index++)
            {
                operations[index] = new PutOperation(Stores.Key("hot", (first + (index * 7919L)) % keys), samples.Hashed(number + index), Conditions.None);
            }

            CommitResult result = await store.CommitAsync(operations, DurabilityLevel.Durable, CancellationToken.None);
            Debug.Assert(result.IsCommitted);
        });
    }
}
