using DocService.Storage.Rules;
using DocService.Storage.Tests.Followers;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Rules;

/// <summary>What the seam for rules promises.</summary>
public sealed class WriteRuleTests
{
    private static readonly Sha256Digest Value = Sha256Digest.Of("\0values\0email"u8);

    private readonly SimulatedFileSystem _disk = new();

    [Fact]
    public async Task Put_BodyRefused_WritesNothingAndTellsWhy()
    {
        var rule = new TestRule { Body = put => put.Key.Id == "b" ? new RuleViolation("too small") : null };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        long before = store.Status.DurableThrough;

        CommitResult result = await store.PutAllAsync(["a", "b"], "1", DurabilityLevel.Durable);

        Assert.False(result.IsCommitted);
        Assert.Equal([null, "too small"], result.Results.Select(one => one.Violation?.Reason));
        Assert.All(result.Results, one => Assert.Equal(WriteStatus.Refused, one.Status));
        Assert.Null(await store.ReadAsync("a"));
        Assert.Equal(before, store.Status.DurableThrough);
    }

    [Fact]
    public async Task Put_DefinitionsChangeAfterTheBodyWasJudged_JudgesAgain()
    {
        TestRule? rule = null;
        int judged = 0;
        rule = new TestRule
        {
            Body = _ =>
            {
                if (judged++ > 0)
                {
                    return new RuleViolation("by the new definition");
                }

                rule!.ChangeDefinitions();
                return null;
            },
        };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);

        WriteResult result = await store.PutAsync("a", "1");

        Assert.Equal((WriteStatus.Refused, "by the new definition"), (result.Status, result.Violation?.Reason));
        Assert.Equal(2, judged);
    }

    [Fact]
    public async Task Judge_AddsAHiddenDocument_IsInTheSameCommitAndSurvives()
    {
        var hidden = DocumentKey.CreateHidden("log/a");
        var rule = new TestRule { Commit = draft => draft.Add(new PutOperation(hidden, TestDocuments.Content($"{draft.Operations.Count}"), Conditions.None)) };
        long sequence;
        await using (DocumentStore store = JournalTest.Open(_disk, rules: [rule]))
        {
            CommitResult result = await store.PutAllAsync(["a", "b"], "1", DurabilityLevel.Filed);
            Assert.Equal(2, result.Results.Count);
            sequence = result.Sequence;
        }

        await using DocumentStore reopened = JournalTest.Open(_disk);
        using StoredDocument? document = await reopened.ReadAsync(hidden, default);
        Assert.Equal(sequence, document!.Info.Version);
        Assert.Equal("2"u8, document.Body.Span);
    }

    /// <summary>What a rule says of a commit is as durable as the commit, and followers read it, after a restart too.</summary>
    [Fact]
    public async Task Judge_AddsFields_FollowersReadThemWithTheCommit()
    {
        var rule = new TestRule
        {
            Commit = draft =>
            {
                draft.AddField(9, "of the commit"u8);
                draft.AddField(3, default);
                Assert.Throws<ArgumentException>(() => draft.AddField(9, "twice"u8));
            },
        };
        var follower = new TestFollower();
        DocumentStore store = DocumentStore.Open(_disk, JournalTest.Options, TimeProvider.System, NullLoggerFactory.Instance, [rule], [follower]);
        CommitResult result = await store.PutAllAsync(["a", "b"], "1", DurabilityLevel.Durable);
        await follower.UntilAsync(result.Sequence);
        Assert.Equal([(3, ""), (9, "of the commit")], follower.Fields);
        SimulatedFileSystem killed = _disk.Kill();
        await store.DisposeAsync();

        var again = new TestFollower(result.Sequence - 1);
        await using DocumentStore reopened = JournalTest.Open(killed, JournalTest.Options, again);
        await again.UntilAsync(result.Sequence);
        Assert.Equal([(3, ""), (9, "of the commit")], again.Fields);
        Assert.Equal("1", await reopened.ReadAsync("b"));
    }

    [Theory]
    [InlineData(9, JournalTest.SegmentBytes)] // more than a segment holds
    [InlineData(0x8001, 1)] // no recovery would understand it
    public async Task Judge_AddsAFieldThatCannotBe_WritesNothing(ushort kind, int bytes)
    {
        var rule = new TestRule { Commit = draft => draft.AddField(kind, new byte[bytes]) };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutAsync("a", "1"));
        Assert.Null(await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Judge_RefusesSome_EveryOneIsToldAndNothingIsWritten()
    {
        var rule = new TestRule
        {
            Commit = draft =>
            {
                draft.Refuse(0, new RuleViolation("first"));
                draft.Refuse(2, new RuleViolation("third"));
                draft.Refuse(2, new RuleViolation("not told"));
                draft.Add(new PutOperation(DocumentKey.CreateHidden("x"), TestDocuments.Content("1"), Conditions.None));
            },
        };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);

        CommitResult result = await store.PutAllAsync(["a", "b", "c"], "1", DurabilityLevel.Durable);

        Assert.False(result.IsCommitted);
        Assert.Equal(["first", null, "third"], result.Results.Select(one => one.Violation?.Reason));
        Assert.Null(await store.ReadAsync("b"));
        Assert.Null(await store.ReadInfoAsync(DocumentKey.CreateHidden("x"), default));
    }

    [Fact]
    public async Task WhenPublished_IsToldBeforeTheNextWriterOfTheDocumentIsJudged_AndNotOfWhatIsRefused()
    {
        var told = new List<long>();
        var seen = new List<int>();
        var rule = new TestRule
        {
            Commit = draft =>
            {
                seen.Add(told.Count);
                draft.WhenPublished(told.Add);
                if (draft.Operations[0].Operation is DeleteOperation { Key.Id: "b" })
                {
                    draft.Refuse(0, new RuleViolation("no"));
                }
            },
        };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        WriteResult[] results = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => store.PutAsync("a", $"{n}")));
        await store.PutAsync("b", "1");
        await store.DeleteAsync("b");
        await store.DeleteAsync("absent");

        Assert.Equal(results.Select(result => result.Sequence).Order(), told.Take(5));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 6], seen);
        Assert.Equal(6, told.Count);
    }

    [Fact]
    public async Task Judge_ConditionFailed_IsNotAsked()
    {
        var rule = new TestRule { Commit = _ => Assert.Fail("asked") };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        WriteResult result = await store.PutAsync("a", "1", new Conditions { IfMatch = VersionMatch.Any });
        Assert.Equal(WriteStatus.ConditionFailed, result.Status);
    }

    [Fact]
    public async Task Judge_SeesWhatStandsUnderEachKey()
    {
        List<DraftedOperation> seen = [];
        var rule = new TestRule { Commit = draft => seen.AddRange(draft.Operations) };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        WriteResult first = await store.PutAsync("a", "1");
        seen.Clear();

        await store.CommitAsync([new CheckOperation(DocumentKey.Create("a"), default), new DeleteOperation(DocumentKey.Create("b"), default)], DurabilityLevel.Durable, default);

        Assert.Equal([(true, first.Sequence, false), (false, 0, false)], seen.Select(one => (one.Exists, one.Current?.Version ?? 0, one.Writes)));
    }

    [Fact]
    public async Task Commit_OfAValueThatAnotherIsWriting_WaitsForIt()
    {
        int inside = 0;
        var rule = new TestRule { Values = _ => [Value], Commit = _ => Assert.Equal(1, Interlocked.Increment(ref inside)) };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        using CallGate gate = _disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> first = store.PutAsync("a", "1", level: DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult> second = store.PutAsync("b", "1", level: DurabilityLevel.Durable);
        Assert.Equal(0, store.Status.QueuedCommits);

        Interlocked.Decrement(ref inside); // published before the second is judged, or it finds 2
        gate.Release();

        await first.SoonAsync();
        await second.SoonAsync();
    }

    [Fact]
    public async Task Commit_OfADefinition_WaitsForWritesUnderWayAndKeepsOthersOut()
    {
        await using DocumentStore store = JournalTest.Open(_disk, rules: [new TestRule()]);
        using CallGate gate = _disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> before = store.PutAsync("a", "1", level: DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        Task<WriteResult> definition = store.PutAsync(TestRule.Definition, TestDocuments.Content("{}"), default, DurabilityLevel.Durable, default).AsTask();
        Task<WriteResult> behind = store.PutAsync("b", "1", level: DurabilityLevel.Durable);
        Assert.Equal(0, store.Status.QueuedCommits);

        gate.Release();

        long[] order = [(await before.SoonAsync()).Sequence, (await definition.SoonAsync()).Sequence, (await behind.SoonAsync()).Sequence];
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public async Task Commit_ThatChecksWhatAnotherChecks_DoesNotWaitForIt()
    {
        await using DocumentStore store = JournalTest.Open(_disk);
        await store.PutAsync("shared", "1");
        using CallGate gate = _disk.BlockCall(JournalTest.IsGroupSync);
        Task<CommitResult> first = PutAndCheckAsync(store, "a");
        await gate.Reached.SoonAsync();

        Task<CommitResult> second = PutAndCheckAsync(store, "b");

        Assert.Equal(1, store.Status.QueuedCommits); // while the first one's sync is under way
        Task<WriteResult> writer = store.PutAsync("shared", "2", level: DurabilityLevel.Durable);
        Assert.Equal(1, store.Status.QueuedCommits);
        gate.Release();
        Assert.True((await first.SoonAsync()).IsCommitted);
        Assert.True((await second.SoonAsync()).Sequence < (await writer.SoonAsync()).Sequence);
    }

    private static Task<CommitResult> PutAndCheckAsync(DocumentStore store, string id) => store.CommitAsync(
        [
            new PutOperation(DocumentKey.Create(id), TestDocuments.Content("1"), default),
            new CheckOperation(DocumentKey.Create("shared"), new Conditions { IfMatch = VersionMatch.Any }),
        ],
        DurabilityLevel.Durable,
        default).AsTask();
}
