using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Engine.Caching;

/// <summary>
/// Writers and readers of two documents with the cache on, in many orders of the store's threads. Whoever has seen a commit, or had it
/// acknowledged, sees nothing older from then on, of either document.
/// </summary>
public sealed class CacheHistoryTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_127;
    private const int Seeds = 40;
    private const int SeedsUntilFound = 400;

    private static readonly string[] Ids = [Scene.Old, Scene.FarOld];

    [Theory]
    [InlineData("nothing")]
    [InlineData(nameof(Mend.CacheDropsWhatIsWritten))]
    [InlineData(nameof(Mend.CacheAddsNothingOld))]
    [Trait("Shows", "sabotage")]
    public void Reads_BesideWriters_AreNeverOlderThanWhatIsKnown(string leftOut)
    {
        Mend? mend = Enum.TryParse(leftOut, out Mend named) ? named : null;
        long hits = 0;
        int reads = 0;
        string? problem = null;
        int seed = Seed;
        for (; seed < Seed + (mend is null ? Seeds : SeedsUntilFound) && problem is null; seed++)
        {
            var history = new CommitHistory();
            hits += Run(seed, mend, history);
            reads += history.Reads;
            problem = history.Explain() is { } reason ? $"seed {seed}: {reason}" : null;
        }

        output.WriteLine($"{leftOut}: {seed - Seed} orders, {reads} reads, {hits} of them answered by the cache: {problem}");
        Assert.True(mend is null == problem is null, problem ?? $"nothing was found in {seed - Seed} orders");
        Assert.True(mend is not null || hits > reads / 10, $"only {hits} of {reads} reads were answered by the cache");
    }

    private static long Run(int seed, Mend? leftOut, CommitHistory history)
    {
        var random = new Random(seed);
        long hits = 0;
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Any(random)) { LeftOut = leftOut };
        SimulatedProcess.Run(disk, scheduler, async () =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            foreach (string id in Ids)
            {
                history.Committed([id], (await store.PutAsync(id, "\"first\"")).Sequence, isDelete: false);
            }

            Func<Task>[] clients = [() => WriteAsync(store, history, random, scheduler), () => WriteAsync(store, history, random, scheduler),
                .. Enumerable.Range(0, 3).Select<int, Func<Task>>(_ => () => ReadAsync(store, history, random, scheduler))];
            await Task.WhenAll(clients.Select((client, index) => scheduler.StartAsync($"client-{index}", client)));
            hits = store.Status.Cache.Hits;
        });
        return hits;
    }

    private static async Task WriteAsync(DocumentStore store, CommitHistory history, Random random, SeededScheduler scheduler)
    {
        for (int write = 0; write < 6; write++)
        {
            string id = Ids[random.Next(Ids.Length)];
            DurabilityLevel level = random.Next(3) == 0 ? DurabilityLevel.Durable : DurabilityLevel.Filed;
            string body = $"\"{random.Next()}\"";
            switch (random.Next(4))
            {
                case 0:
                    history.Committed([id], (await store.DeleteAsync(id, level: level)).Sequence, isDelete: true);
                    break;
                case 1:
                    CommitResult both = await store.CommitAsync(
                        [.. Ids.Select(each => new PutOperation(DocumentKey.Create(each), TestDocuments.Content(body), default))], level, default);
                    history.Committed(Ids, both.Sequence, isDelete: false);
                    break;
                default:
                    history.Committed([id], (await store.PutAsync(id, body, level: level)).Sequence, isDelete: false);
                    break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(8)), scheduler.Clock);
        }
    }

    private static async Task ReadAsync(DocumentStore store, CommitHistory history, Random random, SeededScheduler scheduler)
    {
        for (int read = 0; read < 30; read++)
        {
            string id = Ids[random.Next(Ids.Length)];
            long known = history.Known;
            if (store.TryReadCached(id) is { } cached)
            {
                history.Read(id, known, cached.Info.Version);
            }
            else
            {
                using StoredDocument? document = await store.OpenAsync(DocumentKey.Create(id), null, default);
                history.Read(id, known, document?.Info.Version);
            }

            if (random.Next(3) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), scheduler.Clock);
            }
        }
    }
}
