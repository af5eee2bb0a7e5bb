using DocService.Collections.Definitions;

namespace DocService.Collections.Tests;

/// <summary>Definitions and the writes that are under way beside them: who waits for whom.</summary>
public sealed class DefinitionOrderTests : IDisposable
{
    private const string Users = """{"prefix":"u/","indexes":{"by-email":{"fields":["email"],"unique":true}}}""";
    private const string Same = """{"email":"v"}""";

    /// <summary>What must not happen gets so long to happen in.</summary>
    private static readonly TimeSpan Chance = TimeSpan.FromMilliseconds(300);

    private readonly TestDirectory _directory = new();

    [Fact]
    public async Task Definition_AWriteIsUnderWay_WaitsForIt()
    {
        using var held = new HoldingRule("u/1");
        await using TestStore store = await TestStore.OpenAsync(_directory["data"], behind: held);
        Task<WriteResult> write = Task.Run(() => store.PutAsync("u/1", Same));
        await held.UntilHeldAsync();
        Task<WriteResult> definition = Task.Run(() => store.DefineAsync("users", Users));
        await Task.WhenAny(definition, Task.Delay(Chance, TimeProvider.System));
        Assert.False(definition.IsCompleted);

        held.LetGo();
        Assert.True((await write).Sequence < (await definition).Sequence);
    }

    /// <summary>A write was judged before the index had the older documents, and is published when it has them.</summary>
    [Fact]
    public async Task Ready_AWriteIsUnderWay_IsNotToldBeforeItIsPublished()
    {
        using var held = new HoldingRule("u/new");
        var clock = new HeldClock();
        await using TestStore store = await TestStore.OpenAsync(_directory["data"], behind: held, indexClock: clock);
        WriteResult old = await store.PutAsync("u/old", Same);
        Assert.True(await store.Index!.WaitForAsync(old.Sequence, TestStore.Patience, default));
        clock.Hold();
        await store.PutAsync("other", "1"); // wakes the index
        clock.UntilItStands();
        await store.DefineAsync("users", Users);
        Task<WriteResult> write = Task.Run(() => store.PutAsync("u/new", Same));
        await held.UntilHeldAsync();

        clock.LetGo();
        Assert.False(await store.Collections.WaitUntilBuiltAsync("users", Chance, default));
        held.LetGo();
        Assert.Equal(WriteStatus.Created, (await write).Status);
        Assert.True(await store.Collections.WaitUntilBuiltAsync("users", TestStore.Patience, default));
        CollectionIndexStatus status = Assert.Single(store.Collections.GetStatus("users")!);
        Assert.Equal((IndexState.Violated, new DuplicatePair("u/new", "u/old")), (status.State, Assert.Single(status.Duplicates)));
    }

    [Fact]
    public async Task Definitions_TheirCommitIsRefused_AreNotInForce()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        CommitResult result = await store.CommitAsync(Put("first", Users), Put("second", """{"prefix":"u/x/"}"""));
        Assert.False(result.IsCommitted);
        Assert.Empty(store.Collections.Collections.All);
    }

    public void Dispose() => _directory.Dispose();

    private static PutOperation Put(string name, string json) => new(CollectionName.KeyOf(name), TestStore.Content(json), Conditions.None);
}
