using DocService.Index.Families;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Storage.Followers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Index.Tests.Support;

/// <summary>Short words for tests of an index.</summary>
internal static class IndexTest
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static IndexOptions Options(string directory) =>
        new() { Directory = directory, CacheBytes = IndexOptions.CacheBytesMin, Lag = TimeSpan.FromMilliseconds(1) };

    public static IndexFollower Follower(string directory, TimeProvider? clock = null) =>
        new(Options(directory), clock ?? TimeProvider.System, NullLogger<IndexFollower>.Instance);

    /// <summary>A follower of that log, started.</summary>
    public static IndexFollower Follow(string directory, TestLog log, TimeProvider? clock = null)
    {
        IndexFollower follower = Follower(directory, clock);
        follower.Prepare();
        follower.Start(log);
        return follower;
    }

    public static async Task ReachAsync(this IndexFollower follower, long sequence) =>
        Assert.True(await follower.WaitForAsync(sequence, Patience, default), $"it has {sequence}: {follower.Status}");

    /// <summary>The same put of a document that has an end.</summary>
    public static FollowedOperation EndingAt(this FollowedOperation put, DateTimeOffset end) => put with { Info = put.Info! with { Expires = end } };

    /// <summary>The same put of a document of which so many versions are kept.</summary>
    public static FollowedOperation Keeping(this FollowedOperation put, int versions) => put with { Info = put.Info! with { Keep = (ushort)versions } };

    /// <summary>All documents that are listed, with their bodies.</summary>
    public static SortedDictionary<string, string> ReadAll(this IndexFollower follower)
    {
        using IndexReader? reader = follower.TryRead();
        Assert.True(reader is not null, $"it answers: {follower.Status}");
        return new SortedDictionary<string, string>(reader.Find(new DocumentQuery()).ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>All rows of all families, for comparison.</summary>
    public static List<string> Dump(RocksDatabase database)
    {
        var rows = new List<string>();
        using RocksSnapshot snapshot = database.TakeSnapshot();
        foreach (Family family in Enum.GetValues<Family>())
        {
            using RocksIterator iterator = snapshot.Iterate(family, [], []);
            for (bool isValid = iterator.First(); isValid; isValid = iterator.Next())
            {
                rows.Add($"{family} {Convert.ToHexString(iterator.Key)} {Convert.ToHexString(iterator.Value)}");
            }
        }

        return rows;
    }

    /// <summary>Looks again and again until it holds; fails when that takes too long, and tells what there was instead.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what, Func<object?>? instead = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"{what}: {instead?.Invoke()}");
            await Task.Yield();
        }
    }
}
