using System.Collections.Concurrent;
using System.Globalization;
using DocService.Storage.Requests;
using DocService.Storage.Rules;

namespace DocService.Postgres.Tests;

public sealed class FaultTests
{
    private static readonly DocumentKey Key = DocumentKey.Create("d");

    /// <summary>A patch that adds one byte shows a commit that is done twice, or not at all, whatever its answer said.</summary>
    [PostgresFact]
    public async Task Commit_ConnectionLostInIt_IsDoneOnceAndTold()
    {
        string database = PostgresServer.Shared.NewDatabase();
        using var proxy = new CuttingProxy(PostgresServer.Shared.Port);
        string through = database.Replace($"Port={PostgresServer.Shared.Port}", $"Port={proxy.Port};Max Auto Prepare=0;SSL Mode=Disable;GSS Encryption Mode=Disable", StringComparison.Ordinal);
        await using PostgresStore store = await PostgresServer.OpenAsync(through);
        await store.PutAsync("d", "");

        proxy.CutBeforeNext();
        Assert.Equal(1, (await AppendAsync(store)).Results[0].Document!.Length);
        Assert.Equal(true, PostgresServer.Execute(database, "SELECT bool_or(claimed) FROM docservice.groups"));

        proxy.CutAfterNext();
        CommitResult second = await AppendAsync(store);
        Assert.Equal(2, second.Results[0].Document!.Length);
        Assert.Equal("xx", await store.ReadAsync("d"));
        Assert.Equal(second.Sequence, (await store.ReadInfoAsync("d"))!.Version);
    }

    [PostgresFact]
    public async Task Read_DamagedBody_IsNamedAndWrittenOver()
    {
        string database = PostgresServer.Shared.NewDatabase();
        await using PostgresStore store = await PostgresServer.OpenAsync(database);
        await store.PutAsync("d", "12345");
        await store.PutAsync("e", "1");
        PostgresServer.Execute(database, "UPDATE docservice.documents SET body = set_byte(body, 2, 57) WHERE id = 'd'");

        Assert.Equal(Key, (await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadAsync("d"))).Key);
        await Assert.ThrowsAsync<DocumentCorruptException>(() => AppendAsync(store));
        Assert.Equal("1", await store.ReadAsync("e"));
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync("d", "2")).Status);
        Assert.Equal("2", await store.ReadAsync("d"));
    }

    /// <summary>Every column but the checksum itself: one that is changed behind the program's back is found, and the row is kept when it is written over.</summary>
    [PostgresFact]
    public async Task Read_DamagedFacts_AreNamedAndKept()
    {
        string database = PostgresServer.Shared.NewDatabase();
        await using PostgresStore store = await PostgresServer.OpenAsync(database);
        string[] changes = ["version = version + 1", "created = created - 1", "modified = modified + 1", "type = 'text/plain'", "length = length + 1", "sha256 = set_byte(sha256, 0, 255 - get_byte(sha256, 0))", "body_xxh3 = body_xxh3 + 1"];
        foreach (string change in changes)
        {
            long version = (await store.PutAsync("d", "12345")).Sequence;
            PostgresServer.Execute(database, $"UPDATE docservice.documents SET {change}");
            await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadAsync("d"));
            await Assert.ThrowsAsync<DocumentCorruptException>(() => store.ReadInfoAsync("d"));
            await Assert.ThrowsAsync<DocumentCorruptException>(() => store.PutAsync("d", "1", new Conditions { IfMatch = VersionMatch.Of(version) }));
        }

        await store.PutAsync("d", "1");
        Assert.Equal((long)changes.Length, PostgresServer.Execute(database, "SELECT count(*) FROM docservice.damaged"));
        Assert.Equal("1", await store.ReadAsync("d"));
    }

    [PostgresFact]
    public async Task Commit_WithAKey_IsCarriedOutOnce()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase());
        await store.PutAsync("d", "");
        var request = new IdempotentRequest(RequestKey.Of("me", "k"), Sha256Digest.Of("one"u8));
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.CommitAsync([new PatchOperation(Key, new Appending(), Conditions.None)], DurabilityLevel.Durable, request, default).AsTask()));

        Assert.Equal("x", await store.ReadAsync("d"));
        Assert.Single(results, result => result.Replayed is null);
        Assert.Single(results.Select(result => result.Sequence).Distinct());
        Assert.Equal(results[0].Sequence, (await store.FindRequestAsync(request.Key, default))!.Request.Sequence);
        await Assert.ThrowsAsync<RequestKeyReusedException>(() => store.CommitAsync(
            [new PatchOperation(Key, new Appending(), Conditions.None)], DurabilityLevel.Durable, request with { Fingerprint = Sha256Digest.Of("two"u8) }, default).AsTask());
    }

    [PostgresFact]
    public async Task Commit_LevelThatThereIsNot_IsRefused()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase());
        await Assert.ThrowsAsync<LevelNotAvailableException>(() => store.PutAsync("d", "1", level: DurabilityLevel.Filed));
        await Assert.ThrowsAsync<LevelNotAvailableException>(() => store.PutAsync("d", "1", level: DurabilityLevel.Buffered));
        Assert.Null(await store.ReadAsync("d"));
        Assert.Equal(DurabilityLevel.Volatile, (await store.PutAsync("d", "1")).Level); // the shared server does not sync, and that is told
        Assert.Contains("fsync=off", store.Status.PromiseRemark, StringComparison.Ordinal);
    }

    /// <summary>kill -9 of the server under writers, twice: all that was acknowledged is there, and the store goes on by itself. It was opened before there was a server.</summary>
    [PostgresFact]
    public async Task Writers_ServerIsKilled_LoseNothingAcknowledged()
    {
        using var server = new PostgresServer("-c fsync=on");
        string database = server.NewDatabase();
        server.Kill();
        await using PostgresStore store = await PostgresServer.OpenAsync(database, busySeconds: 2);
        Assert.Equal(StoreState.Unavailable, store.Status.State);
        await Assert.ThrowsAsync<StoreBusyException>(() => store.PutAsync("d", "1"));
        server.Start();
        await UntilAsync(() => store.Status.State == StoreState.Ready);

        var acknowledged = new ConcurrentDictionary<string, int>();
        int done = 0;
        using var stop = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 8).Select(async writer =>
        {
            for (int number = 1; !stop.IsCancellationRequested; number++)
            {
                try
                {
                    WriteResult result = await store.PutAsync($"w{writer}", $"{number}");
                    Assert.Equal(DurabilityLevel.Durable, result.Level);
                    acknowledged[$"w{writer}"] = number;
                    Interlocked.Increment(ref done);
                }
                catch (Exception exception) when (exception is StoreBusyException or OutcomeUnknownException)
                {
                    // It says so, and the next number is tried.
                }
            }
        })];
        for (int kill = 0; kill < 2; kill++)
        {
            int before = Volatile.Read(ref done);
            await UntilAsync(() => Volatile.Read(ref done) > before + 200);
            server.Kill();
            server.Start();
        }

        int last = Volatile.Read(ref done);
        await UntilAsync(() => Volatile.Read(ref done) > last + 200);
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        foreach ((string id, int number) in acknowledged)
        {
            Assert.True(int.Parse((await store.ReadAsync(id))!, CultureInfo.InvariantCulture) >= number, id);
        }
    }

    private static Task<CommitResult> AppendAsync(PostgresStore store) =>
        store.CommitAsync([new PatchOperation(Key, new Appending(), Conditions.None)], DurabilityLevel.Durable, default).AsTask();

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int look = 0; !holds(); look++)
        {
            Assert.True(look < 3000, "It does not come about within 30 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private sealed class Appending : IDocumentPatch
    {
        public bool CreatesDocument => false;

        public ByteBudget? Budget => null;

        public RuleViolation? Refusal => null;

        public RuleViolation? Apply(StoredDocument? current, out DocumentContent content)
        {
            content = TestDocuments.Content([.. current!.Body.Span, (byte)'x']);
            return null;
        }
    }
}
