using System.Text;
using DocService.Collections.Definitions;
using DocService.Storage.Failures;

namespace DocService.Collections.Tests;

public sealed class CollectionServiceTests : IDisposable
{
    private const string Users = """{"prefix":"u/","indexes":{"by-email":{"fields":["email"],"unique":true}}}""";

    private readonly TestDirectory _directory = new();

    private string Data => _directory["data"];

    [Fact]
    public async Task Put_Definition_GivesItsBytesBackAndIsInForceAtOnce()
    {
        await using TestStore store = await TestStore.OpenAsync(Data);
        WriteResult result = await store.DefineAsync("users", Users);
        Assert.Equal(WriteStatus.Created, result.Status);
        using StoredDocument? read = await store.Collections.ReadAsync("users", budget: null, default);
        Assert.Equal(Users, Encoding.UTF8.GetString(read!.Body.Span));
        Assert.Equal(result.Sequence, read.Info.Version);
        Assert.Equal("u/", store.Collections.Collections.Get("users")?.Prefix);
    }

    [Fact]
    public async Task Put_ByWhatOthersSay_IsRefused()
    {
        await using TestStore store = await TestStore.OpenAsync(Data);
        await store.DefineAsync("users", Users);
        Assert.Equal(DefinitionViolationKind.PrefixFixed, await RefusedAsync(store, "users", """{"prefix":"v/"}"""));
        Assert.Equal(DefinitionViolationKind.PrefixOverlap, await RefusedAsync(store, "more", """{"prefix":"u/x/"}"""));
        Assert.Equal(DefinitionViolationKind.Invalid, await RefusedAsync(store, "more", """{"prefix":"u"}"""));
        Assert.Equal(WriteStatus.Deleted, (await store.Collections.DeleteAsync("users", Conditions.None, DurabilityLevel.Durable, default)).Status);
        Assert.Equal(WriteStatus.Created, (await store.DefineAsync("more", """{"prefix":"u/x/"}""")).Status);
    }

    [Fact]
    public async Task Load_AfterAStart_TheDefinitionsAreInForceBeforeAnyWrite()
    {
        await using (TestStore store = await TestStore.OpenAsync(Data))
        {
            await store.DefineAndBuildAsync("users", Users);
            await store.DefineAsync("gone", """{"prefix":"g/"}""");
            await store.Collections.DeleteAsync("gone", Conditions.None, DurabilityLevel.Durable, default);
            Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/1", """{"email":"v"}""")).Status);
        }

        await using TestStore again = await TestStore.OpenAsync(Data);
        Assert.Equal(["users"], again.Collections.Collections.All.Select(collection => collection.Name));
        Assert.True(await again.Collections.WaitUntilBuiltAsync("users", TestStore.Patience, default));
        Assert.Equal("u/1", Assert.IsType<UniqueViolation>((await again.PutAsync("u/2", """{"email":"v"}""")).Violation).OtherId);
    }

    [Fact]
    public async Task Load_ADefinitionIsDamaged_RefusesWritesUnderItsPrefixAlone()
    {
        await using (TestStore store = await TestStore.OpenAsync(Data))
        {
            await store.DefineAsync("users", Users);
        }

        Damage("users");
        await using TestStore again = await TestStore.OpenAsync(Data);
        Assert.True(Assert.IsType<IndexUnavailableViolation>((await again.PutAsync("u/1", "{}")).Violation).IsFailed);
        Assert.Equal(WriteStatus.Created, (await again.PutAsync("other", "{}")).Status);
        Assert.Equal(WriteStatus.Replaced, (await again.DefineAsync("users", Users)).Status);
        Assert.True(await again.Collections.WaitUntilBuiltAsync("users", TestStore.Patience, default));
        Assert.Equal(WriteStatus.Created, (await again.PutAsync("u/1", "{}")).Status);
    }

    [Fact]
    public async Task Load_TheListIsDamaged_TakesNoDocumentAndNoDefinition()
    {
        await using (TestStore store = await TestStore.OpenAsync(Data))
        {
            await store.DefineAsync("users", Users);
            await store.PutAsync("d", "1");
        }

        Damage("collections");
        await using TestStore again = await TestStore.OpenAsync(Data);
        Assert.IsType<IndexUnavailableViolation>((await again.PutAsync("other", "{}")).Violation);
        Assert.Equal(DefinitionViolationKind.Unreadable, await RefusedAsync(again, "users", Users));
        Assert.Equal(WriteStatus.Deleted, (await again.CommitAsync(TestStore.Delete("d"))).Results[0].Status);
    }

    [Fact]
    public async Task Load_IndexesAreDefinedAndThereIsNoIndex_RefusesTheStart()
    {
        await using (TestStore store = await TestStore.OpenAsync(Data))
        {
            await store.DefineAsync("users", Users);
        }

        await Assert.ThrowsAsync<StoreConfigurationException>(() => TestStore.OpenAsync(Data, hasIndex: false));
    }

    [Fact]
    public async Task Load_ATimeToLiveIsDefinedAndThereIsNoIndex_RefusesTheStartOrEndsDocumentsAllTheSame()
    {
        await using (TestStore store = await TestStore.OpenAsync(Data))
        {
            await store.DefineAsync("sessions", """{"prefix":"s/","timeToLive":{"field":"until"}}""");
        }

        Assert.Contains("time to live", (await Assert.ThrowsAsync<StoreConfigurationException>(() => TestStore.OpenAsync(Data, hasIndex: false))).Message, StringComparison.Ordinal);
        await using TestStore again = await TestStore.OpenAsync(Data, hasIndex: false, ignoresRules: true);
        Assert.Equal(WriteStatus.Created, (await again.PutAsync("s/1", """{"until":"2001-01-01T00:00:00Z"}""")).Status);
        Assert.Null(await again.Store.ReadInfoAsync(DocumentKey.Create("s/1"), default));
        Assert.IsType<InvalidExpiryViolation>((await again.PutAsync("s/2", """{"until":1}""")).Violation);
    }

    /// <summary>Rules never stop silently: what they would judge is refused, and all else is taken.</summary>
    [Fact]
    public async Task Load_RulesAreIgnored_RefusesWhatUniqueValuesWouldJudge()
    {
        await using (TestStore store = await TestStore.OpenAsync(Data))
        {
            await store.DefineAndBuildAsync("users", Users);
            await store.PutAsync("u/1", """{"email":"v"}""");
        }

        await using TestStore again = await TestStore.OpenAsync(Data, hasIndex: false, ignoresRules: true);
        Assert.True(Assert.IsType<IndexUnavailableViolation>((await again.PutAsync("u/2", """{"email":"w"}""")).Violation).IsFailed);
        Assert.Equal(WriteStatus.Created, (await again.PutAsync("u/3", "{}")).Status);
        Assert.Equal(WriteStatus.Created, (await again.PutAsync("other", "1")).Status);
        Assert.Equal(WriteStatus.Deleted, (await again.CommitAsync(TestStore.Delete("u/1"))).Results[0].Status);
    }

    [Fact]
    public async Task Status_OfIndexesOverManyDocuments_TellsOfThem()
    {
        await using TestStore store = await TestStore.OpenAsync(Data);
        for (int n = 0; n < 5; n++)
        {
            await store.PutAsync($"u/{n}", $$"""{"email":"{{n}}","title":"some words {{n}}"}""");
        }

        await store.DefineAndBuildAsync("users", """{"prefix":"u/","indexes":{"by-email":{"fields":["email"],"unique":true},"words":{"text":["title"]}}}""");
        IReadOnlyList<CollectionIndexStatus> status = store.Collections.GetStatus("users")!;
        Assert.Equal([("by-email", IndexState.Ready), ("words", IndexState.Ready)], status.Select(index => (index.Name, index.State)));
        Assert.All(status, index => Assert.True(index.Done is 0 or 5, $"{index}")); // 0: it was declared before the index had the documents
        Assert.Null(store.Collections.GetStatus("others"));
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<DefinitionViolationKind> RefusedAsync(TestStore store, string name, string json) =>
        Assert.IsType<DefinitionViolation>((await store.DefineAsync(name, json)).Violation).Kind;

    /// <summary>The file of a hidden document whose name ends so; its escaped name shows it.</summary>
    private void Damage(string name)
    {
        string file = Assert.Single(Directory.GetFiles(Path.Combine(Data, "docs"), "*", SearchOption.AllDirectories), path => path.EndsWith($"{name}.json", StringComparison.Ordinal));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
