using DocService.Storage.Failures;

namespace DocService.Collections.Tests.History;

/// <summary>How many versions a write keeps is the word of the definition in force at its commit.</summary>
public sealed class DocumentHistoryTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Keep_IsThatOfTheRuleInForce()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory.Path);
        Assert.Equal(0, await KeepAsync(store, "h/a"));
        await store.DefineAsync("h", """{"prefix":"h/","history":1000}""");
        Assert.Equal((1000, 0), (await KeepAsync(store, "h/a"), await KeepAsync(store, "i/a")));
        PutOperation put = TestStore.Put("h/b", "{}");
        Assert.Null(await store.Rules.JudgeBodyAsync(put, default));
        await store.DefineAsync("h", """{"prefix":"h/","history":3,"timeToLive":3600}""");
        await store.CommitAsync(put, TestStore.Put("h/c", "{}"));
        Assert.Equal((3, 3), (await KeptAsync(store, "h/b"), await KeptAsync(store, "h/c")));
        await store.DefineAsync("h", """{"prefix":"h/"}""");
        Assert.Equal((0, 3), (await KeepAsync(store, "h/a"), await KeptAsync(store, "h/b")));
    }

    [Fact]
    public async Task Open_WithoutAnIndex_IsRefusedUnlessRulesAreIgnored()
    {
        await using (TestStore store = await TestStore.OpenAsync(_directory.Path))
        {
            await store.DefineAsync("h", """{"prefix":"h/","history":3}""");
        }

        StoreConfigurationException refused = await Assert.ThrowsAsync<StoreConfigurationException>(() => TestStore.OpenAsync(_directory.Path, hasIndex: false));
        Assert.Contains("has a history", refused.Message, StringComparison.Ordinal);
        await using TestStore without = await TestStore.OpenAsync(_directory.Path, hasIndex: false, ignoresRules: true);
        Assert.Equal(3, await KeepAsync(without, "h/a"));
    }

    private static async Task<int> KeepAsync(TestStore store, string id)
    {
        WriteResult result = await store.PutAsync(id, "{}");
        Assert.True(result.Status is WriteStatus.Created or WriteStatus.Replaced, result.Violation?.Reason);
        return await KeptAsync(store, id);
    }

    private static async Task<int> KeptAsync(TestStore store, string id) => (await store.Store.ReadInfoAsync(DocumentKey.Create(id), default))!.Keep;
}
