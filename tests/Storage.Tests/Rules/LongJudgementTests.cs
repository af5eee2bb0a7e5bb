using DocService.Storage.Rules;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Rules;

/// <summary>A body that takes long to be judged holds up no writer of another document, and is judged by the definitions that are in force when it is committed.</summary>
public sealed class LongJudgementTests
{
    private readonly SimulatedFileSystem _disk = new();
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isJudging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Patch_ItsBodyIsBeingJudged_HoldsUpNeitherADefinitionNorOtherWriters()
    {
        await using DocumentStore store = JournalTest.Open(_disk, rules: [new TestRule { LongBody = HoldAsync }]);
        Task<WriteResult> patch = PatchAsync(store, "slow");
        await _isJudging.Task.SoonAsync();

        Task<WriteResult> definition = DefineAsync(store);
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("other", "1", level: DurabilityLevel.Durable).SoonAsync()).Status);
        Assert.Equal(WriteStatus.Created, (await definition.SoonAsync()).Status);

        _goOn.SetResult();
        Assert.Equal(WriteStatus.Created, (await patch.SoonAsync()).Status);
    }

    [Fact]
    public async Task Put_ItsBodyIsJudgedAgainAfterADefinition_HoldsUpNeitherADefinitionNorOtherWriters()
    {
        TestRule? rule = null;
        int judged = 0;
        rule = new TestRule
        {
            LongBody = async put =>
            {
                if (put.Key.Id == "slow" && judged++ == 0)
                {
                    rule!.ChangeDefinitions();
                    return null;
                }

                return await HoldAsync(put);
            },
        };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        Task<WriteResult> slow = store.PutAsync("slow", "1");
        await _isJudging.Task.SoonAsync();

        await DefineAsync(store).SoonAsync();
        await store.PutAsync("other", "1", level: DurabilityLevel.Durable).SoonAsync();

        _goOn.SetResult();
        Assert.Equal(WriteStatus.Created, (await slow.SoonAsync()).Status);
        Assert.Equal(2, judged);
    }

    [Fact]
    public async Task Patch_DefinitionsChangeAfterItsBodyWasJudged_JudgesWhatItMadeAgain()
    {
        TestRule? rule = null;
        var judged = new List<string>();
        rule = new TestRule
        {
            Body = put =>
            {
                judged.Add(System.Text.Encoding.UTF8.GetString(put.Content.Body.Span));
                if (judged.Count == 1)
                {
                    rule!.ChangeDefinitions();
                    return null;
                }

                return new RuleViolation("by the new definition");
            },
        };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);

        WriteResult result = await PatchAsync(store, "a").SoonAsync();

        Assert.Equal((WriteStatus.Refused, "by the new definition"), (result.Status, result.Violation?.Reason));
        Assert.Equal(["patched", "patched"], judged);
        Assert.Null(await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Patch_OneOfABatchIsAtFault_IsToldBesideWhatRulesRefuse()
    {
        var rule = new TestRule { Body = put => new RuleViolation($"not {put.Key.Id}") };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);

        CommitResult result = await store.CommitAsync(
            [
                new PatchOperation(DocumentKey.Create("a"), new Patch(new RuleViolation("no such patch")), default),
                new PatchOperation(DocumentKey.Create("b"), new Patch(null), default),
            ],
            DurabilityLevel.Durable,
            default).AsTask().SoonAsync();

        Assert.Equal(["no such patch", "not b"], result.Results.Select(one => one.Violation?.Reason));
    }

    /// <summary>Definitions that never rest keep no write out that is judged in a moment.</summary>
    [Fact]
    public async Task Put_DefinitionsChangeAtEveryJudgement_IsJudgedUnderTheirLock()
    {
        TestRule? rule = null;
        rule = new TestRule { Body = _ => Change(rule!), QuickBody = _ => null };
        await using DocumentStore store = JournalTest.Open(_disk, rules: [rule]);
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("a", "1").SoonAsync()).Status);
    }

    /// <summary>One that takes longer ends all the same, and nothing of it is done.</summary>
    [Fact]
    public async Task Put_DefinitionsChangeAtEveryLongJudgement_IsRefusedAfterAWhile()
    {
        TestRule? rule = null;
        rule = new TestRule { Body = _ => Change(rule!) };
        await using DocumentStore store = JournalTest.Open(_disk, JournalTest.Options with { BusyTimeout = TimeSpan.FromMilliseconds(50) }, rules: [rule]);
        await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync("a", "1").SoonAsync());
        Assert.Null(await store.ReadAsync("a"));
    }

    private static RuleViolation? Change(TestRule rule)
    {
        rule.ChangeDefinitions();
        return null;
    }

    private static Task<WriteResult> DefineAsync(DocumentStore store) =>
        store.PutAsync(TestRule.Definition, TestDocuments.Content("{}"), default, DurabilityLevel.Durable, default).AsTask();

    private static async Task<WriteResult> PatchAsync(DocumentStore store, string id) =>
        (await store.CommitAsync([new PatchOperation(DocumentKey.Create(id), new Patch(null), default)], DurabilityLevel.Durable, default)).Results[0];

    private async Task<RuleViolation?> HoldAsync(PutOperation put)
    {
        if (put.Key.Id == "slow")
        {
            _isJudging.TrySetResult();
            await _goOn.Task;
        }

        return null;
    }

    /// <summary>Makes the same of every document.</summary>
    private sealed class Patch(RuleViolation? fault) : IDocumentPatch
    {
        public bool CreatesDocument => true;

        public ByteBudget? Budget => null;

        public RuleViolation? Refusal => null;

        public RuleViolation? Apply(StoredDocument? current, out DocumentContent content)
        {
            content = TestDocuments.Content("patched");
            return fault;
        }
    }
}
