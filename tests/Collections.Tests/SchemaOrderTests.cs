using DocService.Collections.Definitions;
using DocService.Collections.Tests.Support;
using DocService.Schemas;
using DocService.Storage.Rules;

namespace DocService.Collections.Tests;

/// <summary>Documents are judged by the schema in force when they are committed, and once by each.</summary>
public sealed class SchemaOrderTests : IDisposable
{
    private const string Integers = """{"prefix":"n/","schema":{"type":"integer"}}""";
    private const string Strings = """{"prefix":"n/","schema":{"type":"string"}}""";

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Definition_ChangesBetweenJudgementAndCommit_JudgesByTheNewOne()
    {
        var holding = new BodyHoldingRule("n/1");
        await using TestStore store = await TestStore.OpenAsync(_directory.Path, behind: holding);
        await store.DefineAsync("numbers", Integers);
        Task<WriteResult> put = store.PutAsync("n/1", "1");
        await holding.UntilHeldAsync();
        await store.DefineAsync("numbers", Strings);
        holding.LetGo();

        SchemaViolation violation = Assert.IsType<SchemaViolation>((await put).Violation);
        Assert.Equal("/type", violation.Verdict.Faults.Single().Schema);
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("n/1", "\"s\"")).Status);
    }

    [Fact]
    public async Task Definition_ThatIsRemovedBetweenJudgementAndCommit_NoLongerRefuses()
    {
        var holding = new BodyHoldingRule("n/1");
        await using TestStore store = await TestStore.OpenAsync(_directory.Path, behind: holding);
        Task<WriteResult> put = store.PutAsync("n/1", "1");
        await holding.UntilHeldAsync();
        await store.DefineAsync("numbers", Strings);
        await store.Collections.DeleteAsync("numbers", Conditions.None, DurabilityLevel.Durable, default);
        holding.LetGo();

        Assert.Equal(WriteStatus.Created, (await put).Status);
    }

    [Fact]
    public async Task Definition_OfOthersChanges_JudgesTheBodyOnce()
    {
        var holding = new BodyHoldingRule("n/1");
        await using TestStore store = await TestStore.OpenAsync(_directory.Path, behind: holding);
        await store.DefineAsync("numbers", Integers);
        PutOperation operation = TestStore.Put("n/1", "1");
        Task<CommitResult> put = store.CommitAsync(operation);
        await holding.UntilHeldAsync();
        var notes = Assert.IsType<PutNotes>(operation.Notes);
        Assert.NotNull(notes.Judged);
        await store.DefineAsync("others", """{"prefix":"o/"}""");
        SchemaViolation mark = new("numbers", SchemaVerdict.TooCostly);
        notes.Judged = (notes.Judged.Value.Schema, mark); // judged again, it would be gone
        holding.LetGo();

        Assert.Same(mark, (await put).Results[0].Violation);
    }

    [Fact]
    public async Task Definition_ChangesWhileADocumentWaitsForItsTurn_JudgesByTheNewOneAlone()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory.Path);
        await store.DefineAsync("numbers", Integers);
        SchemaJudge.Turn turn = await store.Schemas.EnterAsync(default);
        PutOperation put = TestStore.Put("n/1", $"\"{new string('s', SchemaJudge.QuickBytes)}\"");
        ValueTask<RuleViolation?> judging = store.Rules.JudgeBodyAsync(put, default);
        Assert.False(judging.IsCompleted);
        await store.DefineAsync("numbers", Strings);
        turn.Dispose();

        Assert.Null(await judging);
        Assert.Same(store.Rules.Collections.Get("numbers")!.Schema, Assert.IsType<PutNotes>(put.Notes).Judged!.Value.Schema);
    }

    [Fact]
    public async Task Schema_OfAnEarlierLife_JudgesFromTheFirstWrite()
    {
        await using (TestStore store = await TestStore.OpenAsync(_directory.Path))
        {
            await store.DefineAsync("numbers", Integers);
        }

        await using TestStore again = await TestStore.OpenAsync(_directory.Path, hasIndex: false); // a schema needs none
        Assert.IsType<SchemaViolation>((await again.PutAsync("n/1", "\"s\"")).Violation);
        Assert.Equal(WriteStatus.Created, (await again.PutAsync("n/1", "1")).Status);
    }

    [Fact]
    public void Parse_FaultInTheSchema_IsNamedFromTheDefinition()
    {
        Assert.Null(DefinitionParser.Parse("c", """{"prefix":"c/","schema":{"type":"strin"}}"""u8.ToArray(), out DefinitionFault? fault));
        Assert.Equal("/schema/type", fault!.At);
    }
}
