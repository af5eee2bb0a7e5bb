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
    public async Task Put_NewDocument_IsReadBackAfterReopening()
    {
        WriteResult created;
        await using (DocumentStore store = TestDocuments.Open(Data))
        {
            created = await store.PutAsync("users/42", "{\"a\": 1}");
            Assert.Equal(WriteStatus.Created, created.Status);
            Assert.Equal("{\"a\": 1}", await store.ReadAsync("users/42"));
        }

        await using DocumentStore reopened = TestDocuments.Open(Data);
        Assert.Equal("{\"a\": 1}", await reopened.ReadAsync("users/42"));
        Assert.Equal(created.Document, await reopened.ReadInfoAsync("users/42"));
        Assert.Null(await reopened.ReadAsync("users/43"));
        Assert.Null(await reopened.ReadInfoAsync("users/43"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024 - 330)]
    [InlineData(16 * 1024)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(3_000_000)]
    public async Task Put_AnySize_KeepsEveryByte(int bytes)
    {
        byte[] body = new byte[bytes];
        new Random(bytes).NextBytes(body);
        await using DocumentStore store = TestDocuments.Open(Data);

        await store.PutAsync(DocumentKey.Create("d"), TestDocuments.Content(body), Conditions.None, DurabilityLevel.Filed, default);

        using StoredDocument? document = await store.ReadAsync(DocumentKey.Create("d"), default);
        Assert.True(document!.Body.Span.SequenceEqual(body));
        Assert.Equal(Sha256Digest.Of(body), document.Info.Sha256);
    }

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
    public async Task Put_Again_ReplacesAndKeepsCreated()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        WriteResult first = await store.PutAsync("d", "1");
        WriteResult second = await store.PutAsync("d", "2");

        Assert.Equal(WriteStatus.Replaced, second.Status);
        Assert.True(second.Sequence > first.Sequence);
        Assert.Equal(first.Document!.Created, second.Document!.Created);
        Assert.True(second.Document.Modified >= first.Document.Modified);
        Assert.Equal("2", await store.ReadAsync("d"));
    }

    [Fact]
    public async Task Put_AfterTheClockJumpedBack_NeverDecreasesModified()
    {
        var clock = new SteppedClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using DocumentStore store = TestDocuments.Open(Data, clock);
        WriteResult first = await store.PutAsync("d", "1");
        clock.Now = clock.Now.AddYears(-5);
        WriteResult second = await store.PutAsync("d", "2");

        Assert.Equal(first.Document!.Modified, second.Document!.Modified);
        Assert.True(second.Sequence > first.Sequence);
    }

    [Fact]
    public async Task Delete_Document_IsGoneAndItsVersionNeverComesBack()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        WriteResult first = await store.PutAsync("d", "1");

        Assert.Equal(WriteStatus.Deleted, (await store.DeleteAsync("d")).Status);
        Assert.Null(await store.ReadAsync("d"));
        Assert.Equal(WriteStatus.NotFound, (await store.DeleteAsync("d")).Status);
        WriteResult again = await store.PutAsync("d", "1");
        Assert.Equal(WriteStatus.Created, again.Status);
        Assert.True(again.Sequence > first.Sequence + 1);
    }

    [Fact]
    public async Task Delete_AbsentDocument_IsNotFoundWhateverTheConditions()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        Assert.Equal(WriteStatus.NotFound, (await store.DeleteAsync("d", new Conditions { IfMatch = VersionMatch.Any })).Status);
    }

    [Fact]
    public async Task Write_ConditionFailed_TellsTheCurrentVersionAndChangesNothing()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        WriteResult first = await store.PutAsync("d", "1");
        var stale = new Conditions { IfMatch = VersionMatch.Of(first.Sequence + 1) };

        WriteResult put = await store.PutAsync("d", "2", stale);
        WriteResult delete = await store.DeleteAsync("d", stale);
        WriteResult absent = await store.PutAsync("e", "2", stale);

        Assert.Equal((WriteStatus.ConditionFailed, first.Document), (put.Status, put.Document));
        Assert.Equal((WriteStatus.ConditionFailed, first.Document), (delete.Status, delete.Document));
        Assert.Equal((WriteStatus.ConditionFailed, null), (absent.Status, absent.Document));
        Assert.Equal("1", await store.ReadAsync("d"));
        Assert.Null(await store.ReadAsync("e"));
    }

    [Fact]
    public async Task Put_ThousandConcurrentIfMatchWriters_LoseNoUpdate()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        long start = (await store.PutAsync("d", "0")).Sequence;
        long[] versions = (await Task.WhenAll(Enumerable.Range(1, 1000).Select(async writer =>
        {
            WriteResult result = await store.PutAsync("d", $"{writer}", new Conditions { IfMatch = VersionMatch.Of(start) });
            return result.Status == WriteStatus.Replaced ? result.Sequence : 0;
        }))).Where(version => version != 0).ToArray();
        Assert.Single(versions);

        // And as a counter: every success counts on from the version that it named.
        int successes = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            for (int attempt = 0; attempt < 20; attempt++)
            {
                DocumentInfo current = (await store.ReadInfoAsync("n")) ?? (await store.PutAsync("n", "0", new Conditions { IfNoneMatch = VersionMatch.Any })).Document!;
                int value = int.Parse((await store.ReadAsync("n"))!, System.Globalization.CultureInfo.InvariantCulture);
                WriteResult result = await store.PutAsync("n", $"{value + 1}", new Conditions { IfMatch = VersionMatch.Of(current.Version) });
                if (result.Status == WriteStatus.Replaced)
                {
                    Interlocked.Increment(ref successes);
                }
            }
        }));
        int final = int.Parse((await store.ReadAsync("n"))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(successes > 0);
        Assert.True(final <= successes, $"{final} counted, {successes} successes");
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
    public async Task Open_AgainAndAgain_NeverHandsOutASequenceTwice()
    {
        long last = 0;
        for (int start = 0; start < 5; start++)
        {
            await using DocumentStore store = TestDocuments.Open(Data);
            for (int write = 0; write < 3; write++)
            {
                long sequence = (await store.PutAsync("d", "1")).Sequence;
                Assert.True(sequence > last);
                last = sequence;
            }
        }
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
    public async Task Closed_Store_RefusesEverything()
    {
        DocumentStore store = TestDocuments.Open(Data);
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<StoreClosedException>(() => store.PutAsync("d", "1"));
        await Assert.ThrowsAsync<StoreClosedException>(() => store.ReadAsync("d"));
        Assert.Throws<StoreClosedException>(() => store.Status);
    }

    [Fact]
    public async Task Put_CancelledBeforeItsTurn_DoesNothing()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync(
            DocumentKey.Create("d"), TestDocuments.Content("1"), Conditions.None, DurabilityLevel.Filed, new CancellationToken(true)).AsTask());
        Assert.Null(await store.ReadAsync("d"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("application/json\n")]
    [InlineData("ä")]
    public async Task Put_ImpossibleMediaType_IsAnArgumentError(string type)
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(
            DocumentKey.Create("d"), TestDocuments.Content("1") with { ContentType = type }, Conditions.None, DurabilityLevel.Filed, default).AsTask());
    }

    [Fact]
    public async Task Status_Store_CountsWhatIsSettled()
    {
        await using DocumentStore store = TestDocuments.Open(Data);
        WriteResult last = await store.PutAsync("d", "1");

        StoreStatus status = store.Status;

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

    private sealed class SteppedClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
