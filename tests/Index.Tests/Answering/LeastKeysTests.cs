using System.Text;
using DocService.Index.Answering;

namespace DocService.Index.Tests.Answering;

/// <summary>Several passes of bounded memory give one sort.</summary>
public sealed class LeastKeysTests
{
    private static readonly int[] CountLimits = [1, 3, 1000];
    private static readonly int[] ByteLimits = [1, 400, 2000, 1 << 20];

    [Fact]
    public void Passes_OfRandomEntriesWithAnyBound_GiveTheWholeOrder()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            (byte[] Key, byte[] Id)[] entries = [.. Enumerable.Range(0, random.Next(60)).Select(n => (Text(new string('k', random.Next(3)) + random.Next(4)), Text($"id{n}")))];
            random.Shuffle(entries);
            int count = CountLimits[random.Next(CountLimits.Length)];
            int bytes = ByteLimits[random.Next(ByteLimits.Length)];

            Assert.True(Sorted(entries).SequenceEqual(Passes(entries, count, bytes)), $"seed {seed}, {count} entries, {bytes} bytes");
        }
    }

    [Fact]
    public void Offer_MoreThanWanted_KeepsTheLeastAndKnowsThatThereAreMore()
    {
        var least = new LeastKeys(2, long.MaxValue);
        least.Begin(null);
        foreach (string key in new[] { "c", "a", "d" })
        {
            least.Offer(Text(key), Text("id"));
        }

        Assert.True(least.WasCut);
        Assert.Equal(["a", "c"], least.Sorted().Select(entry => Encoding.UTF8.GetString(entry.Key)));
    }

    private static List<string> Passes((byte[] Key, byte[] Id)[] entries, int count, int bytes)
    {
        var least = new LeastKeys(count, bytes);
        var found = new List<string>();
        LeastKeys.Entry? behind = null;
        do
        {
            least.Begin(behind);
            foreach ((byte[] key, byte[] id) in entries)
            {
                least.Offer(key, id);
            }

            LeastKeys.Entry[] sorted = least.Sorted();
            Assert.True(sorted.Length > 0 || !least.WasCut, "each pass gets on");
            found.AddRange(sorted.Select(entry => Name(entry.Key, entry.Id)));
            behind = sorted.LastOrDefault();
        }
        while (least.WasCut);

        return found;
    }

    private static IEnumerable<string> Sorted((byte[] Key, byte[] Id)[] entries)
    {
        Array.Sort(entries, (one, other) => one.Key.AsSpan().SequenceCompareTo(other.Key) is not 0 and var order ? order : one.Id.AsSpan().SequenceCompareTo(other.Id));
        return entries.Select(entry => Name(entry.Key, entry.Id));
    }

    private static string Name(byte[] key, byte[] id) => $"{Encoding.UTF8.GetString(key)}/{Encoding.UTF8.GetString(id)}";

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
