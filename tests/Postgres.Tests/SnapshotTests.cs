using System.Text;
using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries.Filters;
using DocService.Queries.Ordering;

namespace DocService.Postgres.Tests;

/// <summary>Searches over tables: what an index in files cannot show. What queries answer is tested with the contract.</summary>
public sealed class SnapshotTests
{
    private const int Many = 1300; // more than two pages of rows

    [PostgresFact]
    public async Task Search_OverManyPages_MeetsEachDocumentOnceInEitherDirection()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase());
        string[] ids = await FillAsync(store);
        using var queries = new IndexQueries(store.Snapshots, new QueryLimits(), TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);

        Assert.Equal(ids, await FindAsync(queries, reader, new DocumentQuery()));
        Assert.Equal(ids.Reverse(), await FindAsync(queries, reader, new DocumentQuery { IsReversed = true }));
        Assert.True(SortOrder.TryParse("-$id", out SortOrder? falling, out _));
        Assert.Equal(ids.Reverse(), await FindAsync(queries, reader, new DocumentQuery { Sort = falling }));
        Assert.Equal(["0700", "0701"], await FindAsync(queries, reader, new DocumentQuery { Prefix = "07", To = "0701" }));
        Assert.Equal(Many, (await queries.CountAsync(reader, new DocumentQuery(), queries.NewLimit(default))).Matched);
    }

    [PostgresFact]
    public async Task Search_OfManyIds_LeavesOutThoseThatAreNotThere()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase());
        string[] ids = await FillAsync(store);
        string[] asked = [.. ids.Where((_, number) => number % 2 == 0), .. ids.Select(id => id + "x")];
        Assert.True(Filter.TryParse(Encoding.UTF8.GetBytes($"{{\"$id\":{{\"$in\":[\"{string.Join("\",\"", asked)}\"]}}}}"), TimeSpan.FromSeconds(1), out Filter? filter, out _));
        using var queries = new IndexQueries(store.Snapshots, new QueryLimits(), TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);

        Assert.Equal(ids.Where((_, number) => number % 2 == 0), await FindAsync(queries, reader, new DocumentQuery { Filter = filter! }));
    }

    [PostgresFact]
    public async Task Snapshot_WhileOthersWrite_StaysAsOfItsCommit()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase());
        await store.PutAsync("a", "1");
        long asOf = (await store.PutAsync("b", "1")).Sequence;
        using var queries = new IndexQueries(store.Snapshots, new QueryLimits(), TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);
        await store.PutAsync("c", "1");
        await store.DeleteAsync("a");
        using IndexReader later = await queries.OpenAsync(isEventual: false, default);

        Assert.Equal((asOf, asOf + 2), (reader.AsOf, later.AsOf));
        Assert.Equal(["a", "b"], await FindAsync(queries, reader, new DocumentQuery()));
        Assert.Equal(["b", "c"], await FindAsync(queries, later, new DocumentQuery()));
    }

    [PostgresFact]
    public async Task Search_MeetsADamagedDocument_NamesIt()
    {
        string database = PostgresServer.Shared.NewDatabase();
        await using PostgresStore store = await PostgresServer.OpenAsync(database);
        await store.PutAsync("a", "1");
        await store.PutAsync("b", "12345");
        PostgresServer.Execute(database, "UPDATE docservice.documents SET body = set_byte(body, 2, 57) WHERE id = 'b'");
        using var queries = new IndexQueries(store.Snapshots, new QueryLimits(), TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);

        DocumentCorruptException damage = await Assert.ThrowsAsync<DocumentCorruptException>(() => FindAsync(queries, reader, new DocumentQuery()));
        Assert.Equal("b", damage.Key.Id);
        Assert.Equal(["a"], await FindAsync(queries, reader, new DocumentQuery { To = "a" }));
    }

    [PostgresFact]
    public async Task Search_WhoseConnectionIsLost_IsBusyAndTheNextOneWorks()
    {
        string database = PostgresServer.Shared.NewDatabase();
        await using PostgresStore store = await PostgresServer.OpenAsync(database);
        await store.PutAsync("a", "1");
        using var queries = new IndexQueries(store.Snapshots, new QueryLimits(), TimeProvider.System);
        using (IndexReader reader = await queries.OpenAsync(isEventual: false, default))
        {
            PostgresServer.Execute(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'");
            await Assert.ThrowsAsync<StoreBusyException>(() => FindAsync(queries, reader, new DocumentQuery()));
        }

        using IndexReader next = await queries.OpenAsync(isEventual: false, default);
        Assert.Equal(["a"], await FindAsync(queries, next, new DocumentQuery()));
    }

    [PostgresFact]
    public async Task Snapshots_LeaveConnectionsToDocuments()
    {
        await using PostgresStore store = await PostgresServer.OpenAsync(PostgresServer.Shared.NewDatabase() + ";Maximum Pool Size=4");
        using var queries = new IndexQueries(store.Snapshots, new QueryLimits { Wait = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);
        using IndexReader one = await queries.OpenAsync(isEventual: false, default);
        using (await queries.OpenAsync(isEventual: false, default))
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => queries.OpenAsync(isEventual: false, default).AsTask());
            await store.PutAsync("a", "1");
            Assert.Equal("1", await store.ReadAsync("a"));
        }

        using IndexReader next = await queries.OpenAsync(isEventual: false, default);
        Assert.Equal(["a"], await FindAsync(queries, next, new DocumentQuery()));
    }

    /// <summary>Ids in their order. Some documents are large, so that pages end by their bytes, too.</summary>
    private static async Task<string[]> FillAsync(PostgresStore store)
    {
        string[] ids = [.. Enumerable.Range(0, Many).Select(static number => $"{number:0000}")];
        DocumentOperation[] puts = [.. ids.Select((id, number) => new PutOperation(DocumentKey.Create(id), TestDocuments.Content(new string(' ', number % 400 == 7 ? 700_000 : 20) + number), Conditions.None))];
        Assert.True((await store.CommitAsync(puts, DurabilityLevel.Durable, default)).IsCommitted);
        return ids;
    }

    private static async Task<List<string>> FindAsync(IndexQueries queries, IndexReader reader, DocumentQuery query)
    {
        var found = new IdSink();
        using DocumentSearch search = DocumentSearch.Create(reader, query, new SearchRequest(), found);
        Assert.Equal(SearchState.Done, await queries.RunAsync(search, queries.NewLimit(default)));
        return found.Ids;
    }

    private sealed class IdSink : IResultSink
    {
        public List<string> Ids { get; } = [];

        public bool IsFull => false;

        public void Document(in FoundDocument document) => Ids.Add(Encoding.UTF8.GetString(document.Id));

        public void Folder(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException();
    }
}
