using DocService.Index.Tests.Support;
using DocService.Storage;
using DocService.Storage.Maintenance;
using DocService.Storage.Reports;
using DocService.Storage.Reports.Findings;

namespace DocService.Index.Tests;

/// <summary>An index is compared with the documents, both ways, and what the next start mends is no damage.</summary>
public sealed class IndexVerificationTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Verify_IndexAndDocumentsAlike_FindsNothingAndChangesNothing()
    {
        await StoreAsync();
        string[] before = Files();

        Assert.Empty(Verify().Damage);
        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task Verify_AFileThatIsGone_IsMissedByTheIndex()
    {
        await StoreAsync();
        await ForgetAsync();
        File.Delete(Directory.GetFiles(_directory.Path, "b.json", SearchOption.AllDirectories).Single());

        Assert.Contains(Verify().Damage, damage => damage.File == "index" && damage.What.Contains("'b'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_AFileThatTheIndexDoesNotKnow_IsTold()
    {
        await StoreAsync();
        string file = Directory.GetFiles(_directory.Path, "a.json", SearchOption.AllDirectories).Single();
        string kept = _directory.Path + ".kept";
        File.Copy(file, kept);
        await using (var other = IndexedStore.Open(_directory.Path))
        {
            await other.DeleteAsync("a");
        }

        await ForgetAsync();
        File.Copy(kept, file, overwrite: true);
        File.Delete(kept);

        Assert.Contains(Verify().Damage, damage => damage.File == "index" && damage.What.Contains("lacks 'a'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_WithoutAnIndex_IsARemark()
    {
        await StoreAsync();
        Directory.Delete(Path.Combine(_directory.Path, "index"), recursive: true);
        VerificationReport report = Verify();

        Assert.Empty(report.Damage);
        Assert.Contains(report.Remarks, remark => remark.Contains("no index", StringComparison.Ordinal));
    }

    private async Task StoreAsync()
    {
        await using var store = IndexedStore.Open(_directory.Path);
        await store.PutAsync("1", "a", "b");
        await store.PutAsync("2", "c");
        await store.PutHiddenAsync("h");
        await store.DeleteAsync("c");
        await store.Index.ReachAsync(store.Last);
    }

    /// <summary>The journal no longer holds what is filed: only the index knows more than the files.</summary>
    private async Task ForgetAsync()
    {
        for (int starts = 0; starts < 3; starts++)
        {
            await using var store = IndexedStore.Open(_directory.Path);
            await store.PutAsync($"{starts}", "other");
            await store.Index.ReachAsync(store.Last);
        }
    }

    private VerificationReport Verify()
    {
        using var index = new IndexVerification(Path.Combine(_directory.Path, "index"), TimeProvider.System);
        return StoreVerification.Run(_directory.Path, index);
    }

    private string[] Files() => [.. new DirectoryInfo(_directory.Path).EnumerateFiles("*", SearchOption.AllDirectories)
        .Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}").Order(StringComparer.Ordinal)];
}
