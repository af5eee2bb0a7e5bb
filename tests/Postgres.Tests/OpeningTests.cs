namespace DocService.Postgres.Tests;

public sealed class OpeningTests
{
    [PostgresFact]
    public async Task Open_ManyAtOnceOnAnEmptyDatabase_MakesOneStore()
    {
        string database = PostgresServer.Shared.NewDatabase();
        PostgresStore[] stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostgresServer.OpenAsync(database)));

        Assert.Single(stores.Select(store => store.Status.StoreId).Distinct());
        Assert.Single(stores, store => store.Status.IsFirstStart);
        foreach (PostgresStore store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task Open_TablesOfALaterVersion_AreRefused()
    {
        string database = PostgresServer.Shared.NewDatabase();
        await (await PostgresServer.OpenAsync(database)).DisposeAsync();
        PostgresServer.Execute(database, "UPDATE docservice.store SET format = 99");

        StoreFormatException refused = await Assert.ThrowsAsync<StoreFormatException>(() => PostgresServer.OpenAsync(database));
        Assert.Contains("format 99", refused.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Open_WithoutRightsOrDatabase_SaysWhat()
    {
        string database = PostgresServer.Shared.NewDatabase();
        PostgresServer.Execute(database, "DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        string stranger = database.Replace($"Username={PostgresServer.Superuser}", "Username=stranger", StringComparison.Ordinal);
        Assert.Contains("CREATE", (await Assert.ThrowsAsync<StoreConfigurationException>(() => PostgresServer.OpenAsync(stranger))).Message, StringComparison.Ordinal);

        await (await PostgresServer.OpenAsync(database)).DisposeAsync();
        PostgresServer.Execute(database, "GRANT USAGE ON SCHEMA docservice TO stranger; GRANT SELECT ON ALL TABLES IN SCHEMA docservice TO stranger");
        Assert.Contains("lacks the right INSERT", (await Assert.ThrowsAsync<StoreConfigurationException>(() => PostgresServer.OpenAsync(stranger))).Message, StringComparison.Ordinal);

        string absent = PostgresServer.Shared.ConnectionString("absent");
        Assert.Contains("no such database", (await Assert.ThrowsAsync<StoreConfigurationException>(() => PostgresServer.OpenAsync(absent))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Database=d", "names no host")]
    [InlineData("Host=a,b;Database=d;Target Session Attributes=standby", "takes the primary")]
    [InlineData("Nonsense=1", "cannot be read")]
    public async Task Open_ImpossibleConnectionString_IsRefused(string connection, string said) =>
        Assert.Contains(said, (await Assert.ThrowsAsync<StoreConfigurationException>(() => PostgresServer.OpenAsync(connection))).Message, StringComparison.Ordinal);

    /// <summary>A dump that is restored, here a copy in another database, does not know of what was committed behind it: its versions must name nothing else.</summary>
    [PostgresFact]
    public async Task Open_ACopyOfTheDatabase_IsAStoreOfItsOwnWithHigherVersions()
    {
        string database = PostgresServer.Shared.NewDatabase();
        Guid id;
        long last;
        await using (PostgresStore store = await PostgresServer.OpenAsync(database))
        {
            id = store.Status.StoreId;
            last = (await store.PutAsync("d", "1")).Sequence;
        }

        string name = new Npgsql.NpgsqlConnectionStringBuilder(database).Database!;
        PostgresServer.Execute(PostgresServer.Shared.ConnectionString("postgres"), $"CREATE DATABASE {name}copy TEMPLATE {name}");
        await using PostgresStore copy = await PostgresServer.OpenAsync(PostgresServer.Shared.ConnectionString(name + "copy"));
        Assert.NotEqual(id, copy.Status.StoreId);
        Assert.True((await copy.PutAsync("d", "2")).Sequence > last + (1L << 32));
    }
}
