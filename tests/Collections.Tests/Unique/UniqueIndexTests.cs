using DocService.Collections.Definitions;
using DocService.Collections.Unique;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Collections.Tests.Unique;

/// <summary>Unique indexes in a real store with its index.</summary>
public sealed class UniqueIndexTests : IDisposable
{
    private const string Users = """{"prefix":"u/","indexes":{"by-email":{"fields":["email"],"unique":true,"fold":true},"by-tag":{"fields":["tag","n"],"unique":true}}}""";

    private readonly TestDirectory _directory = new();

    [Fact]
    public async Task Racers_TwoHundredOnOneValue_OneWins()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        WriteResult[] results = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(() => store.PutAsync($"u/{n}", """{"email":"v@x.org"}"""))));

        Assert.Single(results, result => result.Status == WriteStatus.Created);
        Assert.All(results.Where(result => result.Status != WriteStatus.Created), result => Assert.IsType<UniqueViolation>(result.Violation));
    }

    [Fact]
    public async Task Racers_OnFewValuesWhileTheIndexGoesOn_NeverShareOne()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(racer => Task.Run(async () =>
        {
            var random = new Random(racer);
            for (int n = 0; n < 40; n++)
            {
                string id = $"u/{racer}-{random.Next(3)}";
                await store.CommitAsync(random.Next(4) == 0 ? TestStore.Delete(id) : TestStore.Put(id, $$"""{"email":"{{random.Next(12)}}"}"""));
            }
        })));

        var emails = new List<string>();
        foreach (string id in Enumerable.Range(0, 8).SelectMany(racer => Enumerable.Range(0, 3).Select(n => $"u/{racer}-{n}")))
        {
            using StoredDocument? document = await store.Store.ReadAsync(DocumentKey.Create(id), default);
            emails.AddRange(document is null ? [] : [Convert.ToHexString(document.Body.Span)]);
        }

        Assert.Equal(emails.Distinct().Order(StringComparer.Ordinal), emails.Order(StringComparer.Ordinal));
        Assert.NotEmpty(emails);
    }

    [Fact]
    public async Task Batch_IsJudgedByTheStateThatItLeaves()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        await store.PutAsync("u/1", """{"email":"a"}""");
        await store.PutAsync("u/2", """{"email":"b"}""");

        Assert.True((await store.CommitAsync(TestStore.Put("u/1", """{"email":"b"}"""), TestStore.Put("u/2", """{"email":"a"}"""))).IsCommitted);
        Assert.True((await store.CommitAsync(TestStore.Delete("u/1"), TestStore.Put("u/3", """{"email":"b"}"""))).IsCommitted);
        CommitResult twins = await store.CommitAsync(TestStore.Put("u/4", """{"email":"C"}"""), TestStore.Put("u/5", """{"email":"d"}"""), TestStore.Put("u/6", """{"email":"c"}"""), TestStore.Put("u/7", """{"email":"a"}"""));
        Assert.False(twins.IsCommitted);
        Assert.Equal(
            ["u/6 \"C\"", null, "u/4 \"c\"", "u/2 \"a\""],
            twins.Results.Select(result => result.Violation is UniqueViolation violation ? $"{violation.OtherId} {Assert.Single(violation.Value)}" : null));
    }

    [Fact]
    public async Task Values_TakePartOnlyWhereEveryFieldIsThereAndNotNull()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        foreach (string body in (string[])["{}", """{"email":null}""", """{"email":[]}""", """{"tag":"x"}""", """{"tag":"x","n":null}"""])
        {
            Assert.Equal(WriteStatus.Created, (await store.PutAsync($"u/{Guid.NewGuid()}", body)).Status);
            Assert.Equal(WriteStatus.Created, (await store.PutAsync($"u/{Guid.NewGuid()}", body)).Status);
        }

        Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/1", """{"tag":"x","n":1.0,"email":["a","a"]}""")).Status);
        UniqueViolation tag = Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", """{"tag":["y","x"],"n":1}""")).Violation);
        Assert.Equal(("by-tag", "\"x\",1"), (tag.Index, string.Join(',', tag.Value)));
        Assert.Equal("by-email", Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", """{"email":"A"}""")).Violation).Index);
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync("u/1", """{"tag":"x","n":1,"email":"a"}""")).Status);
        Assert.Equal("by-email", Assert.IsType<TooManyKeysViolation>((await store.PutAsync("u/3", $$"""{"email":[{{string.Join(',', Enumerable.Range(0, 1001))}}]}""")).Violation).Index);
    }

    [Fact]
    public async Task Definition_OverDuplicates_IsViolatedUntilTheyAreGone_AndEnforcedAllTheWhile()
    {
        var clock = new FakeTimeProvider();
        await using TestStore store = await TestStore.OpenAsync(_directory["data"], clock: clock);
        for (int n = 0; n < 12; n++)
        {
            await store.PutAsync($"u/{n:d2}", """{"email":"same"}""");
        }

        await store.PutAsync("u/other", """{"email":"other"}""");
        await store.DefineAndBuildAsync("users", Users);
        CollectionIndexStatus status = store.Collections.GetStatus("users")![0];
        Assert.Equal(IndexState.Violated, status.State);
        Assert.Equal(10, status.Duplicates.Count);
        Assert.Equal(new DuplicatePair("u/00", "u/01"), status.Duplicates[0]);
        Assert.IsType<UniqueViolation>((await store.PutAsync("u/new", """{"email":"same"}""")).Violation);
        Assert.IsType<UniqueViolation>((await store.PutAsync("u/new", """{"email":"other"}""")).Violation);

        Assert.True((await store.CommitAsync([.. Enumerable.Range(1, 11).Select(n => TestStore.Delete($"u/{n:d2}"))])).IsCommitted);
        using var patience = new CancellationTokenSource(TestStore.Patience);
        while (store.Collections.GetStatus("users")![0].State != IndexState.Ready)
        {
            patience.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
    }

    /// <summary>What is over holds no value, wherever it stands among those that have the same.</summary>
    [Theory]
    [InlineData("over live over", null)]
    [InlineData("over over over", null)]
    [InlineData("live over live", "u/0 u/2")]
    [InlineData("over live live", "u/1 u/2")]
    [InlineData("over live over over live", "u/1 u/4")]
    public async Task Definition_OverDuplicatesThatHaveEnded_CountsThoseThatHaveNot(string documents, string? pair)
    {
        const string TimeToLive = "\"timeToLive\":{\"field\":\"until\"}";
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAsync("users", $"{{\"prefix\":\"u/\",{TimeToLive}}}");
        string[] all = documents.Split(' ');
        for (int n = 0; n < all.Length; n++)
        {
            await store.PutAsync($"u/{n}", all[n] == "over" ? """{"email":"same","until":"2001-01-01T00:00:00Z"}""" : """{"email":"same"}""");
        }

        await store.DefineAndBuildAsync("users", $"{{\"prefix\":\"u/\",{TimeToLive},\"indexes\":{{\"by-email\":{{\"fields\":[\"email\"],\"unique\":true}}}}}}");

        CollectionIndexStatus status = store.Collections.GetStatus("users")![0];
        Assert.Equal(pair is null ? IndexState.Ready : IndexState.Violated, status.State);
        Assert.Equal(pair, status.Duplicates.Count == 0 ? null : $"{status.Duplicates[0].Id} {status.Duplicates[0].OtherId}");
    }

    /// <summary>
    /// It was told to have no duplicates, because it had none before it was taken out of the definition. Several times: the
    /// finding is also forgotten when whoever looks comes by while the index is out.
    /// </summary>
    [Fact]
    public async Task Definition_UniqueAgainOverDuplicates_IsViolated()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        for (int round = 0; round < 4; round++)
        {
            await store.DefineAndBuildAsync("users", Users);
            await store.PutAsync("u/1", """{"email":"same"}""");
            await store.DefineAsync("users", """{"prefix":"u/"}""");
            Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/2", """{"email":"same"}""")).Status);
            await store.DefineAndBuildAsync("users", Users);

            CollectionIndexStatus status = store.Collections.GetStatus("users")![0];
            Assert.Equal((IndexState.Violated, new DuplicatePair("u/1", "u/2")), (status.State, Assert.Single(status.Duplicates)));
            await store.DefineAsync("users", """{"prefix":"u/"}""");
            await store.CommitAsync(TestStore.Delete("u/1"), TestStore.Delete("u/2"));
        }
    }

    /// <summary>The look for duplicates may be slower than both definitions: then it never sees that the index was gone.</summary>
    [Fact]
    public async Task Finding_TheIndexIsUniqueAgainBeforeTheNextLook_IsKnownNoLonger()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        CollectionIndex before = store.Rules.Collections.All.Single().Unique[0];
        var verification = new UniqueVerification(store.Store, store.Rules, store.Index!, TimeProvider.System, NullLogger.Instance);
        using var looking = new CancellationTokenSource();
        Task changed = verification.Changed;
        Task looks = verification.RunAsync(looking.Token);
        while (verification.Of(before) is null)
        {
            await changed.WaitAsync(TestStore.Patience);
            changed = verification.Changed;
        }

        await looking.CancelAsync();
        await looks;
        await store.DefineAsync("users", """{"prefix":"u/"}""");
        await store.DefineAndBuildAsync("users", Users);
        CollectionIndex again = store.Rules.Collections.All.Single().Unique[0];
        Assert.Equal(before.Declared.Identity, again.Declared.Identity);
        Assert.Null(verification.Of(again));
    }

    /// <summary>The index may be put back before the follower has heard that it was gone: then nothing changes there, and nobody is told.</summary>
    [Fact]
    public async Task Definition_InForceWithoutAChangeOfTheIndex_IsLookedThrough()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        CollectionSet first = store.Rules.Collections;
        await store.DefineAsync("users", """{"prefix":"u/"}""");
        await store.DefineAndBuildAsync("users", Users);
        var clock = new FakeTimeProvider();
        var verification = new UniqueVerification(store.Store, store.Rules, store.Index!, clock, NullLogger.Instance);
        using var looking = new CancellationTokenSource();
        Task looks = verification.RunAsync(looking.Token);
        await UntilKnownAsync(store.Rules.Collections);
        store.Rules.Begin(first, durableThrough: 0);

        await UntilKnownAsync(first);

        await looking.CancelAsync();
        await looks;

        async Task UntilKnownAsync(CollectionSet collections)
        {
            using var patience = new CancellationTokenSource(TestStore.Patience);
            while (verification.Of(collections.All.Single().Unique[0]) is null)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
            }
        }
    }

    /// <summary>From the commit of the definition on, whether the index has read the older documents or not.</summary>
    [Fact]
    public async Task Definition_WhileItIsBuilt_IsEnforcedAmongAllThatIsWrittenSince()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        WriteResult old = await store.PutAsync("u/old", """{"email":"old"}""");
        Assert.True(await store.Index!.WaitForAsync(old.Sequence, TestStore.Patience, default)); // it answers
        for (int n = 0; n < 20; n++)
        {
            await store.DefineAsync("users", Users);
            Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/1", """{"email":"v"}""")).Status);
            Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", """{"email":"v"}""")).Violation);
            Assert.Equal(WriteStatus.Deleted, (await store.CommitAsync(TestStore.Delete("u/1"))).Results[0].Status);
            await store.Collections.DeleteAsync("users", Conditions.None, DurabilityLevel.Durable, default);
        }
    }

    [Fact]
    public async Task Index_IsMadeAnew_WritesThatCouldBreakItWaitForIt()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", Users);
        await store.PutAsync("u/1", """{"email":"v"}""");
        using var patience = new CancellationTokenSource(TestStore.Patience);
        for (int n = 0; n < 5; n++)
        {
            store.Index!.Rebuild("the test says so");
            Assert.Equal(WriteStatus.Created, (await store.PutAsync($"u/free-{n}", "{}")).Status);
            WriteResult result;
            do
            {
                patience.Token.ThrowIfCancellationRequested();
                result = await store.PutAsync("u/2", """{"email":"v"}""");
            }
            while (result.Violation is IndexUnavailableViolation);
            Assert.IsType<UniqueViolation>(result.Violation);
        }
    }

    [Fact]
    public async Task Judge_TheIndexLagsBehind_FindsWhatIsPublished()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"], lag: TimeSpan.FromHours(1));
        await store.DefineAndBuildAsync("users", Users);
        await store.PutAsync("u/1", "{\"email\":\"v\"}");
        Assert.IsType<UniqueViolation>((await store.PutAsync("u/2", "{\"email\":\"v\"}")).Violation);
        Assert.Equal(WriteStatus.Deleted, (await store.CommitAsync(TestStore.Delete("u/1"))).Results[0].Status);
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("u/2", "{\"email\":\"v\"}")).Status);
    }

    [Fact]
    public async Task Put_TheSameOperationAfterAnotherDefinition_IsJudgedByIt()
    {
        await using TestStore store = await TestStore.OpenAsync(_directory["data"]);
        await store.DefineAndBuildAsync("users", "{\"prefix\":\"u/\",\"indexes\":{\"by-email\":{\"fields\":[\"email\"],\"unique\":true}}}");
        await store.PutAsync("u/1", "{\"email\":\"a\",\"tag\":\"x\",\"n\":1}");
        PutOperation put = TestStore.Put("u/2", "{\"email\":\"b\",\"tag\":\"x\",\"n\":1}");
        Assert.True((await store.CommitAsync(put)).IsCommitted);
        await store.CommitAsync(TestStore.Delete("u/2"));
        await store.DefineAndBuildAsync("users", Users);

        Assert.IsType<UniqueViolation>((await store.CommitAsync(put)).Results[0].Violation);
    }

    public void Dispose() => _directory.Dispose();
}
