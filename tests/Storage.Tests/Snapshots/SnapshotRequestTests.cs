using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Crash.Features;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Snapshots;

/// <summary>Remembered requests in a snapshot: each that it holds the commit of is replayed there, and none of a later commit.</summary>
public sealed class SnapshotRequestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Requests_SentBeforeAndBeside_AreCarriedOutOnce(int seed)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        IReadOnlyList<object> before = [];
        SnapshotInfo? info = null;
        SimulatedProcess.Run(disk, SchedulePolicy.Any(new Random(seed)), async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            var client = new KeyedClient(disk, store);
            for (int number = 0; number < 20; number++)
            {
                await client.SendAsync($"key {number}", Scene.Ids[number % 2], number % 10 == 9 ? 0 : 9000);
            }

            before = disk.Log.Marks();
            Task beside = scheduler.StartAsync("client", async () =>
            {
                for (int number = 20; number < 60; number++)
                {
                    await client.SendAsync($"key {number}", Scene.Ids[number % 2], 3000);
                }
            });
            info = await store.Snapshots.TakeAsync("s");
            await beside;
        });
        long through = info!.Sequence;
        object[] known = [.. before, .. disk.Log.Marks().Skip(before.Count).OfType<KeyedClient.Answered>().Where(note => note.Sequence <= through)];
        KeyedClient.Sent[] sent = [.. disk.Log.Marks().OfType<KeyedClient.Sent>().Where(note => known.OfType<KeyedClient.Answered>().Any(answer => answer.Key == note.Key))];
        string[] later = [.. disk.Log.Marks().OfType<KeyedClient.Answered>().Where(note => note.Sequence > through).Select(note => note.Key)];
        SimulatedFileSystem own = SnapshotAudit.InPlace(disk, "s");
        string? problem = null;
        SimulatedProcess.Run(own, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(own, scheduler);
            problem = store.Status.Requests!.Damage ?? await KeyedClient.RepeatAllAsync(store, [.. sent, .. known.OfType<KeyedClient.Answered>()], []);
            foreach (string key in later)
            {
                problem ??= (await new KeyedClient(own, store).SendAsync(key, Scene.FarNew, 10)).Replayed is null ? null : $"{key} is known, and its commit is not";
            }
        });
        Assert.True(problem is null, $"seed {seed}: {problem}");
    }
}
