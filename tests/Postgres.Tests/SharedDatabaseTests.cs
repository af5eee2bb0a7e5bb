using System.Globalization;

namespace DocService.Postgres.Tests;

/// <summary>Several processes, here several stores, on one database.</summary>
public sealed class SharedDatabaseTests
{
    /// <summary>Counts by If-Match from three stores at once: every success counts on from the version that it names, and no sequence is given twice.</summary>
    [PostgresFact]
    public async Task Put_ThreeStoresOnOneDocument_LoseNoUpdate()
    {
        string database = PostgresServer.Shared.NewDatabase();
        PostgresStore[] stores = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostgresServer.OpenAsync(database)));
        await stores[0].PutAsync("n", "0");
        var sequences = new System.Collections.Concurrent.ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async writer =>
        {
            PostgresStore store = stores[writer % 3];
            for (int round = 0; round < 20; round++)
            {
                using StoredDocument? current = await store.ReadAsync(DocumentKey.Create("n"), default);
                int value = int.Parse(System.Text.Encoding.UTF8.GetString(current!.Body.Span), CultureInfo.InvariantCulture);
                WriteResult result = await store.PutAsync("n", $"{value + 1}", new Conditions { IfMatch = VersionMatch.Of(current.Info.Version) });
                if (result.Status == WriteStatus.Replaced)
                {
                    sequences.Add(result.Sequence);
                }
            }
        }));

        Assert.Equal(sequences.Count, int.Parse((await stores[1].ReadAsync("n"))!, CultureInfo.InvariantCulture));
        Assert.Equal(sequences.Count, sequences.Distinct().Count());
        Assert.NotEmpty(sequences);
        foreach (PostgresStore store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task Write_DatabaseThatHasGoneBack_IsFenced()
    {
        string database = PostgresServer.Shared.NewDatabase();
        await using PostgresStore store = await PostgresServer.OpenAsync(database);
        await store.PutAsync("d", "1");
        await store.PutAsync("d", "2");
        PostgresServer.Execute(database, "UPDATE docservice.store SET sequence = 1");

        await Assert.ThrowsAsync<StoreFencedException>(() => store.PutAsync("d", "3"));
        Assert.Equal("2", await store.ReadAsync("d"));
        Assert.Equal(StoreState.Fenced, store.Status.State);
    }
}
