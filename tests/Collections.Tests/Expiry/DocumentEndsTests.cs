namespace DocService.Collections.Tests.Expiry;

/// <summary>The end that a write gets is that of the definition in force at its commit.</summary>
public sealed class DocumentEndsTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task End_IsFixedByEachWriteAndByTheRuleInForce()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory.Path);
        Assert.Null(await EndAsync(store, "s/a", "{}"));
        await store.DefineAsync("s", """{"prefix":"s/","timeToLive":3600}""");
        DocumentInfo written = (await InfoAsync(store, "s/a", "{}"))!;
        Assert.Equal(written.Modified + TimeSpan.FromHours(1), written.Expires);
        Assert.Null(await EndAsync(store, "t/a", "{}"));

        await store.DefineAsync("s", """{"prefix":"s/","timeToLive":{"field":"/valid.until"}}""");
        Assert.Equal(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero), await EndAsync(store, "s/a", """{"valid.until":"2100-01-01T00:00:00Z"}"""));
        Assert.Null(await EndAsync(store, "s/a", """{"valid.until":null}"""));
        await store.DefineAsync("s", """{"prefix":"s/"}""");
        Assert.Null(await EndAsync(store, "s/a", """{"valid.until":"2100-01-01T00:00:00Z"}"""));
    }

    /// <summary>A body that was judged by the rule before must not get that rule's end, nor pass what the new one refuses.</summary>
    [Fact]
    public async Task End_DefinitionChangesWhileABodyIsOnItsWay_IsThatOfTheNewOne()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory.Path);
        await store.DefineAsync("s", """{"prefix":"s/","timeToLive":{"field":"a"}}""");
        PutOperation put = TestStore.Put("s/1", """{"a":"2100-01-01T00:00:00Z","b":"2200-01-01T00:00:00Z","c":1}""");
        Assert.Null(await store.Rules.JudgeBodyAsync(put, default));
        await store.DefineAsync("s", """{"prefix":"s/","timeToLive":{"field":"b"}}""");
        Assert.Equal(WriteStatus.Created, (await store.CommitAsync(put)).Results[0].Status);
        Assert.Equal(2200, (await store.Store.ReadInfoAsync(put.Key, default))!.Expires!.Value.Year);

        await store.DefineAsync("s", """{"prefix":"s/","timeToLive":{"field":"c"}}""");
        Assert.IsType<InvalidExpiryViolation>((await store.CommitAsync(put)).Results[0].Violation);
    }

    /// <summary>A long body is read without the definitions' lock, and counts all the same.</summary>
    [Fact]
    public async Task End_OfALongBody_IsTaken()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory.Path);
        await store.DefineAsync("s", """{"prefix":"s/","timeToLive":{"field":"a"}}""");
        string filler = new('x', 100_000);
        Assert.Equal(2100, (await EndAsync(store, "s/1", $$"""{"filler":"{{filler}}","a":"2100-01-01T00:00:00Z"}"""))!.Value.Year);
        Assert.IsType<InvalidExpiryViolation>((await store.PutAsync("s/1", $$"""{"filler":"{{filler}}","a":"soon"}""")).Violation);
    }

    private static async Task<DateTimeOffset?> EndAsync(TestStore store, string id, string json) => (await InfoAsync(store, id, json))!.Expires;

    private static async Task<DocumentInfo?> InfoAsync(TestStore store, string id, string json)
    {
        WriteResult result = await store.PutAsync(id, json);
        Assert.True(result.Status is WriteStatus.Created or WriteStatus.Replaced, result.Violation?.Reason);
        return await store.Store.ReadInfoAsync(DocumentKey.Create(id), default);
    }
}
