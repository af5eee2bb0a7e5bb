using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Storage;
using DocService.Storage.Maintenance;
using DocService.Storage.Model;
using DocService.Storage.Reports;
using DocService.Storage.Reports.Findings;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.History;

/// <summary>Histories of a store on the disk: made anew from its files, and compared with them.</summary>
public sealed class KeptVersionTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private DateTimeOffset? _end; // of every version that is written

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rebuild_FromTheFilesAndTheJournal_HasEveryVersion()
    {
        string before;
        await using (IndexedStore store = await StoreAsync())
        {
            await store.Index.ReachAsync(store.Last);
            before = Versions(store, "a", "b", "c");
        }

        Directory.Delete(_directory["index"], recursive: true);
        await using IndexedStore again = Open();
        await again.Index.ReachAsync(again.Last);
        string[] puts = [.. before.Split(", ").Where(version => version.Contains("put", StringComparison.Ordinal))];
        Assert.Equal(puts, Versions(again, "a", "b", "c").Split(", ").Where(version => version.Contains("put", StringComparison.Ordinal)));
        Assert.Equal(13, puts.Length);
    }

    [Fact]
    public async Task Verify_RowsAndFilesAlike_FindsNothing()
    {
        await (await StoreAsync()).DisposeAsync();
        await ForgetAsync();
        Assert.Empty(Verify().Damage);
    }

    [Fact]
    public async Task Verify_AVersionsFileIsGone_IsMissedUnlessItIsDue()
    {
        await (await StoreAsync()).DisposeAsync();
        await ForgetAsync();
        string[] files = [.. Files("b").Order(StringComparer.Ordinal)];
        File.Delete(files[0]);
        Assert.Empty(Verify().Damage); // it is due: that was a crash between the file and its row, as far as anybody knows

        await LookOverAsync();
        Assert.Contains(Verify().Damage, damage => damage.File == "index" && damage.What.Contains("of 'b', and no file", StringComparison.Ordinal));
    }

    /// <summary>A version with an end is due from its write on, which excused every lost file of such a version.</summary>
    [Fact]
    public async Task Verify_AFileOfAVersionThatEndsIsGone_IsMissedUntilAKeeperMayHaveDroppedIt()
    {
        DateTimeOffset end = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _end = end;
        await (await StoreAsync()).DisposeAsync();
        await ForgetAsync();
        await LookOverAsync();
        Assert.Empty(Verify().Damage);
        File.Delete(Files("b").Order(StringComparer.Ordinal).First());
        Assert.All([end.AddYears(-1), end, end.AddMinutes(58)], now => Assert.Contains("of 'b', and no file", Assert.Single(Verify(now).Damage).What, StringComparison.Ordinal));
        Assert.Empty(Verify(end.AddHours(1)).Damage);
    }

    [Fact]
    public async Task Verify_AFileThatTheIndexDoesNotKnow_IsTold()
    {
        await (await StoreAsync()).DisposeAsync();
        await ForgetAsync();
        string file = Files("b")[0];
        await using (IndexedStore store = Open())
        {
            await store.PutAsync("last", "other");
            await store.Index.ReachAsync(store.Last); // it answers
            using IndexReader reader = store.Index.TryRead()!;
            using HistoryListing listing = reader.ListVersions("b");
            var versions = new List<long>();
            while (listing.MoveNext())
            {
                versions.Add(listing.Current.Version);
            }

            await store.Index.RemoveVersionsAsync([new HistoryRemoval(new DueHistory(DueReason.Written, "b", versions[0]), versions)]);
        }

        Assert.Equal(4, Verify().Damage.Count(damage => damage.What.Contains("of 'b', which is kept", StringComparison.Ordinal)));
        Assert.True(File.Exists(file));
    }

    private static string Versions(IndexedStore store, params string[] ids)
    {
        using IndexReader reader = store.Index.TryRead()!;
        return string.Join(", ", ids.Select(id => HistoryRowsTests.Versions(reader, id)));
    }

    private IndexedStore Open() => IndexedStore.Open(_directory.Path, rule: new KeepingRule(5, _end));

    private async Task<IndexedStore> StoreAsync()
    {
        IndexedStore store = Open();
        for (int n = 0; n < 4; n++)
        {
            await store.PutAsync($"{n}", "a", "b", "c");
        }

        await store.DeleteAsync("a");
        await store.PutAsync("again", "a");
        await store.DeleteAsync("c");
        return store;
    }

    /// <summary>The journal no longer holds what is filed.</summary>
    private async Task ForgetAsync()
    {
        for (int starts = 0; starts < 3; starts++)
        {
            await using IndexedStore store = Open();
            await store.PutAsync($"{starts}", "other");
            await store.Index.ReachAsync(store.Last);
        }
    }

    private async Task LookOverAsync()
    {
        await using IndexedStore store = Open();
        await store.Index.ReachAsync(store.Last);
        var due = new List<HistoryRemoval>();
        using (IndexReader reader = store.Index.TryRead()!)
        using (DueListing listing = reader.ListDue(DueReason.Written))
        {
            while (listing.MoveNext())
            {
                due.Add(new HistoryRemoval(listing.Current, []));
            }
        }

        await store.Index.RemoveVersionsAsync(due);
    }

    private string[] Files(string id) => Directory.GetFiles(_directory["history"], $"{id}.json.*", SearchOption.AllDirectories);

    private VerificationReport Verify(DateTimeOffset? now = null)
    {
        using var index = new IndexVerification(_directory["index"], now is { } moment ? new FakeTimeProvider(moment) : TimeProvider.System);
        return StoreVerification.Run(_directory.Path, index);
    }
}
