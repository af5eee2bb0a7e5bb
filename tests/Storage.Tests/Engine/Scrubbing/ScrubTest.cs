using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Followers;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>Short words for tests of the scrub: it runs when a test asks for it, and not by itself.</summary>
internal static class ScrubTest
{
    public static StoreOptions Options => JournalTest.Sealing with { ScrubBytesPerSecond = 1L << 30, ScrubReadsPerSecond = 1_000_000_000 };

    public static DocumentStore Open(SimulatedFileSystem disk, IReadOnlyList<IWriteRule>? rules = null, IFollower? follower = null) =>
        DocumentStore.Open(disk, Options, TimeProvider.System, NullLoggerFactory.Instance, rules ?? [], follower is null ? [] : [follower]);

    /// <summary>One whole round, begun by the call.</summary>
    public static async Task<ScrubReport> RoundAsync(this DocumentStore store)
    {
        DateTimeOffset before = store.Status.Scrub!.Finished ?? default;
        await JournalTest.UntilAsync(store.BeginScrub, "a round begins");
        await JournalTest.UntilAsync(() => store.Status.Scrub!.Finished > before, "the round ends");
        return store.Status.Scrub!;
    }

    public static string FileOf(string id) => $"{JournalTest.Data}/docs/{DocumentPath.ShardName(DocumentPath.Of(DocumentKey.Create(id)).Shard)}/{DocumentPath.Of(DocumentKey.Create(id)).Name}";

    /// <summary>Flips a bit, counted from the file's end where the place is negative; returns what the file is then.</summary>
    public static byte[] Flip(this SimulatedFileSystem disk, string file, int at)
    {
        disk.Disk.FlipBit(file, at < 0 ? disk.Disk.Read(file).Length + at : at, 4);
        return disk.Disk.Read(file);
    }

    /// <summary>The same bytes in a file of its own, in place of a second name of another file.</summary>
    public static void Separate(this SimulatedFileSystem disk, string file)
    {
        byte[] bytes = disk.Disk.Read(file);
        disk.Disk.Remove(file);
        disk.Disk.Write(file, bytes);
    }

    /// <summary>Damages every record of the journal that holds the body: it is no source any more.</summary>
    public static void RotJournal(this SimulatedFileSystem disk, string body)
    {
        int found = 0;
        foreach (string file in disk.Segments().Select(JournalTest.PathOf))
        {
            byte[] bytes = disk.Disk.Read(file);
            for (int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(body)); at >= 0; found++)
            {
                disk.Disk.FlipBit(file, at, 0);
                int next = bytes.AsSpan(at + 1).IndexOf(Encoding.UTF8.GetBytes(body));
                at = next < 0 ? -1 : at + 1 + next;
            }
        }

        Assert.True(found > 0, "the journal has no such body");
    }

    public static string[] Quarantined(this SimulatedFileSystem disk) =>
        [.. disk.Disk.Tree().Where(static path => path.StartsWith($"{JournalTest.Data}/quarantine/", StringComparison.Ordinal) && !path.EndsWith('/'))];
}
