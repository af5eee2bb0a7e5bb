using DocService.Storage.Documents;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>How many versions of a document are kept stands in the file's header alone: what is restored must not forget it.</summary>
public sealed class KeptScrubTests
{
    private const string Body = """{"a": 1}""";
    private static readonly DocumentPath Path = DocumentPath.Of(DocumentKey.Create("a"));

    [Theory]
    [InlineData(-2, true)] // the body: the header tells
    [InlineData(3, false)] // the header
    public async Task Mending_ADocumentWhoseVersionsAreKept_KeepsThemOrIsLeft(int at, bool isRestored)
    {
        var disk = new SimulatedFileSystem();
        var copy = new CopyingFollower();
        StoreOptions options = JournalTest.Sealing with { ScrubInterval = TimeSpan.FromSeconds(1), ScrubBytesPerSecond = 1L << 30 };
        await using DocumentStore store = DocumentStore.Open(disk, options, TimeProvider.System, NullLoggerFactory.Instance, [KeepingStore.Rule], [copy]);
        await store.PutAsync("a", Body, DurabilityLevel.Filed).SoonAsync();
        DocumentInfo info = (await store.ReadInfoAsync("a"))!;
        copy.Answer(key => key == DocumentKey.Create("a") ? new StoredDocument(info with { Keep = 0 }, TestDocuments.Content(Body).Body.ToArray()) : null);
        string file = $"{JournalTest.Data}/docs/{DocumentPath.ShardName(Path.Shard)}/{Path.Name}";
        byte[] whole = disk.Disk.Read(file);

        disk.Disk.FlipBit(file, at < 0 ? whole.Length + at : at, 4);
        byte[] rotten = disk.Disk.Read(file);
        ScrubReport Report() => store.Status.Scrub!;
        await JournalTest.UntilAsync(() => isRestored ? Report().Restored == 1 : Report() is { Finished: not null, Damage.Count: 2 }, "the scrub has judged");

        Assert.Equal(isRestored ? 1 : 0, Report().Restored);
        Assert.Equal(isRestored ? whole : rotten, disk.Disk.Read(file));
        await JournalTest.UntilAsync(() => Report().Damage.Any(one => one.File.StartsWith("history/", StringComparison.Ordinal)), "the kept version is named");
    }
}
