using DocService.Storage.Rules;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Contract;

/// <summary>What every engine keeps, whatever it is made of.</summary>
public abstract class DocumentStoreContract
{
    /// <summary>The same store each time, closed in between. It asks the clock for dates.</summary>
    protected abstract Task<IDocumentStore> OpenAsync(TimeProvider? clock = null);

    [Fact]
    public async Task Put_NewDocument_IsReadBackAfterReopening()
    {
        WriteResult created;
        await using (IDocumentStore store = await OpenAsync())
        {
            created = await store.PutAsync("users/42", "{\"a\": 1}");
            Assert.Equal(WriteStatus.Created, created.Status);
            Assert.Equal("{\"a\": 1}", await store.ReadAsync("users/42"));
        }

        await using IDocumentStore reopened = await OpenAsync();
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
    [InlineData(StoredDocument.PieceBytes)]
    [InlineData(StoredDocument.PieceBytes + 1)]
    [InlineData(2 * StoredDocument.PieceBytes)]
    [InlineData(3_000_000)]
    public async Task Put_AnySize_KeepsEveryByte(int bytes)
    {
        byte[] body = new byte[bytes];
        new Random(bytes).NextBytes(body);
        await using IDocumentStore store = await OpenAsync();

        await store.PutAsync(DocumentKey.Create("d"), TestDocuments.Content(body), Conditions.None, TestDocuments.Best, default);

        using StoredDocument? document = await store.ReadAsync(DocumentKey.Create("d"), default);
        Assert.True(document!.Body.Span.SequenceEqual(body));
        Assert.Equal(Sha256Digest.Of(body), document.Info.Sha256);
        using StoredDocument? opened = await store.OpenAsync(DocumentKey.Create("d"), budget: null, default);
        Assert.True((await opened!.ReadAllAsync()).AsSpan().SequenceEqual(body));
        Assert.Equal(document.Info, opened!.Info);
    }

    [Fact]
    public async Task Put_Again_ReplacesAndKeepsCreated()
    {
        await using IDocumentStore store = await OpenAsync();
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
        await using IDocumentStore store = await OpenAsync(clock);
        WriteResult first = await store.PutAsync("d", "1");
        clock.Now = clock.Now.AddYears(-5);
        WriteResult second = await store.PutAsync("d", "2");

        Assert.Equal(first.Document!.Modified, second.Document!.Modified);
        Assert.True(second.Sequence > first.Sequence);
    }

    [Fact]
    public async Task Delete_Document_IsGoneAndItsVersionNeverComesBack()
    {
        await using IDocumentStore store = await OpenAsync();
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
        await using IDocumentStore store = await OpenAsync();
        Assert.Equal(WriteStatus.NotFound, (await store.DeleteAsync("d", new Conditions { IfMatch = VersionMatch.Any })).Status);
    }

    [Fact]
    public async Task Write_ConditionFailed_TellsTheCurrentVersionAndChangesNothing()
    {
        await using IDocumentStore store = await OpenAsync();
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
        await using IDocumentStore store = await OpenAsync();
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
    public async Task Open_AgainAndAgain_NeverHandsOutASequenceTwice()
    {
        long last = 0;
        for (int start = 0; start < 5; start++)
        {
            await using IDocumentStore store = await OpenAsync();
            for (int write = 0; write < 3; write++)
            {
                long sequence = (await store.PutAsync("d", "1")).Sequence;
                Assert.True(sequence > last);
                last = sequence;
            }
        }
    }

    /// <summary>Under the document's lock: of many patches at the same time each sees what the one before has made.</summary>
    [Fact]
    public async Task Patch_ManyAtTheSameTime_EachSeesTheOneBefore()
    {
        await using IDocumentStore store = await OpenAsync();
        await store.PutAsync("d", "");
        WriteResult[] results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PatchAsync(store, new Appending("x"))));

        Assert.All(results, result => Assert.Equal(WriteStatus.Replaced, result.Status));
        Assert.Equal(new string('x', 100), await store.ReadAsync("d"));
        Assert.Equal(100, results.Select(result => result.Document!.Length).Distinct().Count());
    }

    [Fact]
    public async Task Patch_WhereNoDocumentIs_CreatesOnlyIfItMay()
    {
        await using IDocumentStore store = await OpenAsync();

        Assert.Equal(WriteStatus.NotFound, (await PatchAsync(store, new Appending("x"), new Conditions { IfMatch = VersionMatch.Any })).Status);
        Assert.Null(await store.ReadAsync("d"));
        var none = new Conditions { IfNoneMatch = VersionMatch.Any };
        Assert.Equal(WriteStatus.Created, (await PatchAsync(store, new Appending("x") { CreatesDocument = true }, none)).Status);
        Assert.Equal(WriteStatus.ConditionFailed, (await PatchAsync(store, new Appending("x") { CreatesDocument = true }, none)).Status);
        Assert.Equal("x", await store.ReadAsync("d"));
    }

    /// <summary>The conditions come first: a patch is not asked where they fail. A patch that refuses stops its whole commit.</summary>
    [Fact]
    public async Task Patch_ThatRefuses_StopsItsCommitAfterTheConditions()
    {
        await using IDocumentStore store = await OpenAsync();
        await store.PutAsync("d", "1");
        var refusing = new Appending("x") { Refused = new RuleViolation("no") };
        WriteResult result = await PatchAsync(store, refusing, new Conditions { IfNoneMatch = VersionMatch.Any });
        Assert.Equal((WriteStatus.ConditionFailed, false), (result.Status, refusing.IsAsked));

        CommitResult commit = await store.CommitAsync(
            [new PutOperation(DocumentKey.Create("e"), TestDocuments.Content("1"), Conditions.None), new PatchOperation(DocumentKey.Create("d"), refusing, Conditions.None)],
            DurabilityLevel.Durable, default);
        Assert.False(commit.IsCommitted);
        Assert.Same(refusing.Refused, commit.Results[1].Violation);
        Assert.Null(await store.ReadAsync("e"));
        Assert.Equal("1", await store.ReadAsync("d"));
    }

    private static async Task<WriteResult> PatchAsync(IDocumentStore store, Appending patch, Conditions conditions = default) =>
        (await store.CommitAsync([new PatchOperation(DocumentKey.Create("d"), patch, conditions)], DurabilityLevel.Durable, default)).Results[0];

    [Fact]
    public async Task Closed_Store_RefusesEverything()
    {
        IDocumentStore store = await OpenAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<StoreClosedException>(() => store.PutAsync("d", "1"));
        await Assert.ThrowsAsync<StoreClosedException>(() => store.ReadAsync("d"));
        Assert.Throws<StoreClosedException>(() => store.Status);
    }

    [Fact]
    public async Task Put_CancelledBeforeItsTurn_DoesNothing()
    {
        await using IDocumentStore store = await OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync(
            DocumentKey.Create("d"), TestDocuments.Content("1"), Conditions.None, TestDocuments.Best, new CancellationToken(true)).AsTask());
        Assert.Null(await store.ReadAsync("d"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("application/json\n")]
    [InlineData("ä")]
    public async Task Put_ImpossibleMediaType_IsAnArgumentError(string type)
    {
        await using IDocumentStore store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(
            DocumentKey.Create("d"), TestDocuments.Content("1") with { ContentType = type }, Conditions.None, TestDocuments.Best, default).AsTask());
    }

    /// <summary>Adds a text to the document's.</summary>
    private sealed class Appending(string text) : IDocumentPatch
    {
        public bool CreatesDocument { get; init; }

        public RuleViolation? Refused { get; init; }

        public RuleViolation? Refusal => null;

        public bool IsAsked { get; private set; }

        public ByteBudget? Budget => null;

        public RuleViolation? Apply(StoredDocument? current, out DocumentContent content)
        {
            IsAsked = true;
            byte[] before = current?.Body.ToArray() ?? [];
            content = TestDocuments.Content([.. before, .. System.Text.Encoding.UTF8.GetBytes(text)]);
            return Refused;
        }
    }

    private sealed class SteppedClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
