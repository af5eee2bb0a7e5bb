using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests;

public sealed class DocumentStoreTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private string Data => Path.Combine(_directory.Path, "new", "data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Put_AroundTheFirstRead_ReadsBackAtEveryLength()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        for (int bytes = 16 * 1024 - 345; bytes < 16 * 1024 - 290; bytes++)
        {
            await store.PutAsync("d", new string('1', bytes));
            Assert.Equal(bytes, (await store.ReadAsync("d"))!.Length);
        }
    }

    [Fact]
    public async Task Open_WhileAnotherStoreHoldsTheDirectory_IsRefusedAtOnce()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        StoreInUseException error = Assert.Throws<StoreInUseException>(() => TestDocuments.Open(Data));
        Assert.Contains(Data, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NonEmptyForeignDirectory_IsRefusedAndLeftAlone()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "thesis.txt"), "mine");

        StoreFormatException error = Assert.Throws<StoreFormatException>(() => TestDocuments.Open(Data));

        Assert.Contains("thesis.txt", error.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.EnumerateFileSystemEntries(Data).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Open_FilesystemRootWithLostAndFound_IsAnEmptyDirectory()
    {
        Directory.CreateDirectory(Path.Combine(Data, "lost+found"));
        await using DocumentStore store = TestDocuments.Open(Data);
        Assert.True(store.Status.IsFirstStart);
    }

    [Theory]
    [InlineData("{\"docservice\":4,\"later\":true}\n", "format 4")]
    [InlineData("", "damaged")]
    [InlineData("{\"docservice\":1}\n", "format 1")]
    [InlineData("{\"docservice\":3}\n", "damaged")]
    [InlineData("[]", "damaged")]
    public async Task Open_UnknownOrDamagedFormat_IsRefusedBeforeAnyWrite(string format, string message)
    {
        await TestDocuments.Open(Data).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(Data, "FORMAT"), format);
        await File.WriteAllTextAsync(Path.Combine(Data, "docs", "00", ".tmp-0"), "leftover");

        StoreFormatException error = Assert.Throws<StoreFormatException>(() => TestDocuments.Open(Data));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Data, "docs", "00", ".tmp-0")));
    }

    [Fact]
    public async Task Open_TempFilesLeftByACrash_AreRemoved()
    {
        await TestDocuments.Open(Data).DisposeAsync();
        string[] leftovers = [Path.Combine(Data, "docs", "00", ".tmp-0"), Path.Combine(Data, "docs", "ff", ".tmp-63")];
        foreach (string leftover in leftovers)
        {
            await File.WriteAllTextAsync(leftover, "half");
        }

        await using DocumentStore store = TestDocuments.Open(Data);

        Assert.DoesNotContain(leftovers, File.Exists);
    }

    /// <summary>Such a directory is not listed: the names are unlinked one by one.</summary>
    [Fact]
    public async Task Open_TempFilesAmongMoreNamesThanThereAreTemporaryOnes_AreRemoved()
    {
        await TestDocuments.Open(Data).DisposeAsync();
        string shard = Path.Combine(Data, "docs", "7f");
        string[] leftovers = [.. Enumerable.Range(0, 64).Select(slot => Path.Combine(shard, $".tmp-{slot}"))];
        string other = Path.Combine(shard, "other");
        foreach (string name in leftovers.Append(other))
        {
            await File.WriteAllTextAsync(name, "half");
        }

        await using DocumentStore store = TestDocuments.Open(Data);

        Assert.DoesNotContain(leftovers, File.Exists);
        Assert.True(File.Exists(other));
    }

    [Theory]
    [InlineData("relative/path")]
    [InlineData("")]
    public void Open_RelativeDirectory_IsRefused(string directory) =>
        Assert.Throws<StoreConfigurationException>(() => TestDocuments.Open(directory));

    [Fact]
    public void Open_BelowAFile_IsRefusedWithTheReason()
    {
        string file = Path.Combine(_directory.Path, "file");
        File.WriteAllText(file, "");
        StoreConfigurationException error = Assert.Throws<StoreConfigurationException>(() => TestDocuments.Open(Path.Combine(file, "data")));
        Assert.Contains("ENOTDIR", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_Store_CountsWhatIsSettled()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        WriteResult last = await store.PutAsync("d", "1");

        JournalStatus status = store.Status;

        Assert.Equal(StoreState.Ready, status.State);
        Assert.Equal((last.Sequence, last.Sequence, last.Sequence), (status.AppendedThrough, status.DurableThrough, status.FiledThrough));
        Assert.Equal(Data, status.DataDirectory);
        Assert.True(status.FreeBytes > 0);
    }

    [Fact]
    public async Task File_OfADocument_IsAHeaderLineAndTheExactBytes()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        await store.PutAsync("users/42", "{ \"a\" : 1.0 }\n");

        string file = Path.Combine(Data, "docs", DocumentPath.ShardName(0x22), "users%2F42.json");
        string[] parts = (await File.ReadAllTextAsync(file, Encoding.UTF8)).Split('\n', 2);
        Assert.StartsWith("{\"docservice\":1,\"id\":\"users/42\",", parts[0], StringComparison.Ordinal);
        Assert.Equal("{ \"a\" : 1.0 }\n", parts[1]);
    }
}
