using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Postgres.Tests;

/// <summary>The level <c>replicated</c>, and a failover.</summary>
public sealed class ReplicationTests
{
    private static readonly DocumentKey Key = DocumentKey.Create("d");

    /// <summary>A commit whose standby does not answer succeeds at the server with a warning: that is not taken for more than it is.</summary>
    [PostgresFact]
    public async Task Commit_IsSaidToBeReplicatedOnlyWhereAStandbyHasIt()
    {
        using var primary = new PostgresServer("-c fsync=on");
        using var standby = new PostgresServer(primary, "-c fsync=on");
        await SetAsync(primary, "ANY 1 (*)");
        string database = primary.NewDatabase();
        await using PostgresStore store = await OpenAsync(database, busySeconds: 1.5);

        Assert.Equal(DurabilityLevel.Replicated, (await PutAsync(store, "1", DurabilityLevel.Replicated)).Level);
        Assert.Equal(DurabilityLevel.Durable, (await PutAsync(store, "2", DurabilityLevel.Durable)).Level);
        CommitResult[] both = await Task.WhenAll(PutAsync(store, "3", DurabilityLevel.Replicated), PutAsync(store, "4", DurabilityLevel.Durable));
        Assert.Equal([DurabilityLevel.Replicated, DurabilityLevel.Durable], both.Select(static one => one.Level));

        standby.Kill();
        long started = Stopwatch.GetTimestamp();
        CommitResult alone = await PutAsync(store, "5", DurabilityLevel.Replicated);
        Assert.True(alone.IsCommitted);
        Assert.Equal(DurabilityLevel.Durable, alone.Level);
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(1), "It did not wait for the standby.");
        Assert.Equal("5", await store.ReadAsync("d"));

        standby.Start();
        DurabilityLevel level = DurabilityLevel.Durable;
        for (int attempt = 0; attempt < 10 && level != DurabilityLevel.Replicated; attempt++)
        {
            level = (await PutAsync(store, $"{attempt}", DurabilityLevel.Replicated)).Level; // each waits for it
        }

        Assert.Equal(DurabilityLevel.Replicated, level);

        await SetAsync(primary, ""); // it streams, and no commit waits for it: no failover needs to take it
        Assert.Equal(DurabilityLevel.Durable, (await PutAsync(store, "6", DurabilityLevel.Replicated)).Level);
    }

    [PostgresFact]
    public async Task Failover_WritesGoOnWhereTheyAre_AndTheOldPrimaryIsNotWritten()
    {
        using var first = new PostgresServer("-c fsync=on");
        using var second = new PostgresServer(first, "-c fsync=on");
        await SetAsync(first, "ANY 1 (*)");
        string database = first.NewDatabase();
        string both = database.Replace($"Host=127.0.0.1;Port={first.Port}", $"Host=127.0.0.1:{first.Port},127.0.0.1:{second.Port}", StringComparison.Ordinal);
        await using PostgresStore store = await OpenAsync(both, busySeconds: 4);
        CommitResult last = await PutAsync(store, "1", DurabilityLevel.Replicated);
        Assert.Equal(DurabilityLevel.Replicated, last.Level);

        first.Kill();
        Task<CommitResult> during = PutAsync(store, "2", DurabilityLevel.Replicated);
        second.Promote();
        CommitResult after = await during; // the new primary has no standby: it waited as long as it may
        Assert.Equal(DurabilityLevel.Durable, after.Level);
        Assert.True(after.Sequence > last.Sequence + uint.MaxValue, "Versions did not go on beyond what the old primary may have given.");
        Assert.Equal("2", await store.ReadAsync("d"));

        first.Start(); // as a primary, which it is no longer
        try
        {
            await PutAsync(store, "3", DurabilityLevel.Durable);
            Assert.Equal("3", await store.ReadAsync("d"));
        }
        catch (StoreBusyException)
        {
            // The old one was found first: refused is as right.
        }

        Assert.Equal(last.Sequence, PostgresServer.Execute(database, "SELECT sequence FROM docservice.store"));
    }

    [PostgresFact]
    public async Task Commit_NoReplicasAreSet_TheLevelIsRefused()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase());

        LevelNotAvailableException refused = await Assert.ThrowsAsync<LevelNotAvailableException>(() => PutAsync(store, "1", DurabilityLevel.Replicated));

        Assert.Contains("durable", refused.Message, StringComparison.Ordinal);
        Assert.Null(await store.ReadInfoAsync("d"));
    }

    [PostgresFact]
    public async Task Open_TheUserIsNotToldWhatStandbysHave_EndsTheStart()
    {
        string database = PostgresServer.Shared.NewDatabase();
        PostgresServer.Execute(database, "DROP ROLE IF EXISTS untold");
        PostgresServer.Execute(database, "CREATE ROLE untold LOGIN");
        PostgresServer.Execute(database, "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO untold', current_database()); END $$");

        StoreConfigurationException refused = await Assert.ThrowsAsync<StoreConfigurationException>(() => OpenAsync(database.Replace($"Username={PostgresServer.Superuser}", "Username=untold", StringComparison.Ordinal)));

        Assert.Contains("pg_read_all_stats", refused.Message, StringComparison.Ordinal);
    }

    private static Task<PostgresStore> OpenAsync(string connection, double busySeconds = 10) =>
        PostgresStore.OpenAsync(PostgresServer.Options(connection, busySeconds) with { Replicas = 1 }, TimeProvider.System, NullLoggerFactory.Instance);

    private static Task<CommitResult> PutAsync(PostgresStore store, string body, DurabilityLevel level) =>
        store.CommitAsync([new PutOperation(Key, TestDocuments.Content(body), Conditions.None)], level, default).AsTask();

    /// <summary>Returns when the server has taken it up: whether its standby is one that a commit waits for.</summary>
    private static async Task SetAsync(PostgresServer server, string names)
    {
        string connection = server.ConnectionString("postgres");
        PostgresServer.Execute(connection, $"ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        PostgresServer.Execute(connection, "SELECT pg_reload_conf()");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (PostgresServer.Execute(connection, "SELECT bool_or(sync_state IN ('sync', 'quorum')) FROM pg_stat_replication") is not bool isWaitedFor || isWaitedFor != (names.Length > 0))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }
}
