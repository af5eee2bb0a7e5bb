using DocService.Storage.Requests;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>When a round begins, what becomes of one that is cut short, and what it reads beside documents.</summary>
public sealed class ScrubRoundsTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Begin_WhileARoundIsUnderWay_BeginsNoOther()
    {
        await using DocumentStore store = ScrubTest.Open(_disk);
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        using CallGate gate = _disk.BlockCall(static call => call.Kind == CallKind.DropCache && call.Path == ScrubTest.FileOf("a"));

        Assert.True(store.BeginScrub());
        await gate.Reached;
        Assert.False(store.BeginScrub());
        Assert.True(store.Status.Scrub!.IsRunning);

        gate.Release();
        await JournalTest.UntilAsync(() => store.Status.Scrub!.Finished is not null, "it ends");
        long files = store.Status.Scrub!.Files;
        Assert.Equal(2 * files, (await store.RoundAsync()).Files);
    }

    /// <summary>A round keeps no position: after a restart it begins anew, so each file is read.</summary>
    [Fact]
    public async Task Restart_InTheMiddleOfARound_BeginsAnew()
    {
        string[] ids = ["a", "b", "c", "d"];
        long all;
        await using (DocumentStore store = ScrubTest.Open(_disk))
        {
            await store.PutAllAsync(ids, "1", DurabilityLevel.Filed).SoonAsync();
            all = (await store.RoundAsync()).Files;
            using CallGate gate = _disk.BlockCall(static call => call.Kind == CallKind.DropCache && JournalTest.IsInDocuments(call), call: 3);
            Assert.True(store.BeginScrub());
            await gate.Reached;
            Task closing = store.DisposeAsync().AsTask();
            gate.Release();
            await closing;
        }

        await using DocumentStore next = ScrubTest.Open(_disk);
        Assert.Equal(0, next.Status.Scrub!.Files);
        Assert.Equal(all, (await next.RoundAsync()).Files);
    }

    [Fact]
    public async Task Requests_AFlippedBitInTheirFile_IsNamedAndNoneWhileTheyAreWritten()
    {
        await using DocumentStore store = ScrubTest.Open(_disk);
        for (int round = 0; round < 3; round++)
        {
            Task<CommitResult>[] writes = [.. Enumerable.Range(0, 20).Select(n => SendAsync(store, $"{round}-{n}"))];
            Assert.Empty((await store.RoundAsync()).Damage);
            await Task.WhenAll(writes).SoonAsync();
        }

        await JournalTest.UntilAsync(() => store.Status.Requests!.Unfiled == 0, "they are filed");
        string file = _disk.Disk.Tree().Single(static path => path.EndsWith(".requests", StringComparison.Ordinal));
        _disk.Disk.FlipBit(file, 4096 + 60, 1); // in the key of the first

        ScrubReport report = await store.RoundAsync();

        ScrubDamage damage = Assert.Single(report.Damage);
        Assert.Equal(file[(JournalTest.Data.Length + 1)..], damage.File);
        Assert.Contains("remembered requests", damage.What, StringComparison.Ordinal);
    }

    private static Task<CommitResult> SendAsync(DocumentStore store, string key) =>
        store.CommitAsync([new PutOperation(DocumentKey.Create("a" + key), TestDocuments.Content("1"), default)], DurabilityLevel.Durable, new IdempotentRequest(RequestKey.Of("anonymous", key), default), default).AsTask();
}
