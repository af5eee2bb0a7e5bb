using DocService.Storage.Bench.Support;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Start;

/// <summary>What a request costs in a store, as a mean over callers in closed loops; CPU is that of the whole process, filing included.</summary>
/// <param name="PerRequest">Callers × time ÷ requests: how long one takes.</param>
/// <param name="Cpu">CPU time ÷ requests.</param>
internal readonly record struct Cost(TimeSpan PerRequest, TimeSpan Cpu);

/// <summary>Measures PUT and GET on an open store of documents doc-0000000 onwards.</summary>
internal static class Costs
{
    private const int Callers = 16;

    /// <summary>Durable PUTs, random among so many documents spread evenly over the whole store.</summary>
    public static async Task<Cost> PutAsync(DocumentStore store, int documents, int used, Samples samples, TimeSpan seconds)
    {
        Random[] random = Randoms();
        Cost cost = await MeasureAsync(seconds, async (caller, number) => _ = await Stores.PutAsync(store, Pick(random[caller], documents, used), samples.Hashed(number)));
        await Stores.SettleAsync(store, TimeSpan.FromMinutes(5));
        return cost;
    }

    /// <summary>GETs of filed documents, chosen in the same way.</summary>
    public static Task<Cost> GetAsync(DocumentStore store, int documents, int used, TimeSpan seconds)
    {
        Random[] random = Randoms();
        return MeasureAsync(seconds, async (caller, _) =>
        {
            DocumentKey key = Pick(random[caller], documents, used);
            using StoredDocument document = await store.ReadAsync(key, CancellationToken.None) ?? throw new InvalidDataException($"{key} is not there.");
        });
    }

    private static async Task<Cost> MeasureAsync(TimeSpan seconds, Func<int, long, ValueTask> request)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        LoadResult result = await Load.RunAsync(Callers, seconds, request);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        int requests = Math.Max(1, result.Latencies.Count);
        return new Cost(result.Elapsed * Callers / requests, cpu / requests);
    }

    private static Random[] Randoms() => [.. Enumerable.Range(0, Callers).Select(caller => new Random(caller))];

    private static DocumentKey Pick(Random random, int documents, int used) =>
        Stores.Key("doc", (long)random.Next(used) * documents / used);
}
