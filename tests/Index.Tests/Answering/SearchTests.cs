using System.Text;
using System.Text.Json;
using DocService.Index.Answering;
using DocService.Index.Declared;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Tests.Support;
using DocService.Queries;
using DocService.Queries.Filters;
using DocService.Queries.Keys;
using DocService.Queries.Ordering;
using Facts = DocService.Queries.Paths.DocumentFacts;

namespace DocService.Index.Tests.Answering;

/// <summary>Every search, in whichever turns and pages, finds what a scan of the documents finds.</summary>
public sealed class SearchTests
{
    private static readonly string[] Filters = ["{}", "{\"n\":{\"$gt\":3}}", "{\"n\":{\"$in\":[1,2,3]}}", "{\"$id\":{\"$in\":[\"a/1\",\"b/2\",\"a\"]}}", "{\"$id\":{\"$gt\":\"a/3\"}}", "{\"t\":null}",
        "{\"n\":3}", "{\"t\":{\"$gte\":2,\"$lt\":5}}", "{\"n\":{\"$lte\":2},\"t\":\"1\"}", "{\"n\":2,\"t\":[\"1\",3]}", "{\"u\":1}", "{\"u\":1,\"n\":{\"$gt\":1}}"];
    private static readonly string[] Sorts = ["", "", "n", "-n", "t,-n", "-$id", "$id", "u,n", "-u,-n", "u,-n"];
    private static readonly DeclaredIndex[] Declared = [.. new[] { "n", "t", "t,-n", "u,n", "u,-n", "u", "u|{\"u\":1}" }.Select(fields => Declaring.Index(fields, prefix: ""))];

    [Fact]
    public async Task Search_RandomQueriesInPagesAndTurns_FindsWhatAScanFinds()
    {
        using var directory = new TestDirectory();
        await using var store = IndexedStore.Open(directory.Path, declared: Declared);
        var random = new Random(20261127);
        foreach (string folder in new[] { "", "a/", "b/", "b/c/" })
        {
            for (int n = 0; n < 8; n++)
            {
                await store.PutAsync($"{{\"n\":{random.Next(6)},\"u\":{random.Next(3)}{(n % 3 == 0 ? "" : $",\"t\":[\"{n % 2}\",{n}]")}}}", $"{folder}{n}");
            }
        }

        await store.PutHiddenAsync("h");
        await store.DeleteAsync("a/4");
        await store.CheckAsync(Declared, "before the queries");
        int byIndex = 0;
        using IndexReader reader = store.Index.TryRead()!;
        for (int round = 0; round < 600; round++)
        {
            string sort = Sorts[random.Next(Sorts.Length)];
            bool isSorted = sort.Length > 0;
            var query = new DocumentQuery
            {
                Prefix = random.Next(3) == 0 ? "b/" : "",
                After = isSorted || random.Next(2) == 0 ? "" : "a/2",
                To = isSorted || random.Next(2) == 0 ? "" : random.Next(2) == 0 ? "b/c/2" : "a/1",
                IsReversed = !isSorted && random.Next(2) == 0,
                Delimiter = isSorted || random.Next(2) == 0 ? "" : "/",
                Filter = FilterOf(Filters[random.Next(Filters.Length)]),
                Sort = isSorted ? SortOf(sort) : null,
            };
            List<string> expected = Scan(store.Expected, query);
            List<string> found = Pages(reader, query, random, ref byIndex);

            Assert.True(expected.SequenceEqual(found), $"round {round}: {query}, sort '{sort}': found {string.Join(' ', found)}, expected {string.Join(' ', expected)}");
            Assert.True(query.Delimiter.Length > 0 || expected.Count == Count(reader, query with { Indexes = Declared }), $"round {round}: {query}");
        }

        Assert.True(byIndex > 100, $"{byIndex} pages by an index: too few to show anything");
    }

    [Fact]
    public async Task Search_WhoseClientHasGone_EndsInTheMiddleOfIt()
    {
        using var directory = new TestDirectory();
        await using var store = IndexedStore.Open(directory.Path);
        for (int n = 0; n < 25; n++)
        {
            await store.PutAsync("1", [.. Enumerable.Range(n * 200, 200).Select(id => $"{id}")]);
        }

        await store.Index.ReachAsync(store.Last);
        using var queries = new IndexQueries(store.Index, new QueryLimits(), TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);
        using var gone = new CancellationTokenSource();
        var sink = new LeavingSink(gone);
        using DocumentSearch search = DocumentSearch.Create(reader, new DocumentQuery(), new SearchRequest(), sink);

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await queries.RunAsync(search, queries.NewLimit(gone.Token)));
        Assert.InRange(search.Examined, LeavingSink.TakenMax, 4999);
    }

    [Fact]
    public async Task Search_OfAClientThatHasGoneBefore_ReadsNothing()
    {
        using var directory = new TestDirectory();
        await using var store = IndexedStore.Open(directory.Path);
        await store.PutAsync("1", "a");
        await store.Index.ReachAsync(store.Last);
        using var queries = new IndexQueries(store.Index, new QueryLimits(), TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);
        using var search = new CountSearch(reader, new DocumentQuery());

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await queries.RunAsync(search, queries.NewLimit(new CancellationToken(canceled: true))));
        Assert.Equal(0, search.Examined);
    }

    [Fact]
    public async Task Search_LongerThanItMay_IsNoShorterAnswer()
    {
        using var directory = new TestDirectory();
        await using var store = IndexedStore.Open(directory.Path);
        for (int n = 0; n < 25; n++)
        {
            await store.PutAsync("1", [.. Enumerable.Range(n * 200, 200).Select(id => $"{id}")]);
        }

        await store.Index.ReachAsync(store.Last);
        using var queries = new IndexQueries(store.Index, new QueryLimits { Search = TimeSpan.Zero }, TimeProvider.System);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, default);
        using var search = new CountSearch(reader, new DocumentQuery());

        await Assert.ThrowsAsync<SearchLimitException>(async () => await queries.RunAsync(search, queries.NewLimit(default)));
    }

    private static long Count(IndexReader reader, DocumentQuery query)
    {
        using var search = new CountSearch(reader, query);
        Assert.Equal(SearchState.Done, search.Advance(new Allowance(long.MaxValue), SearchLimit.None));
        return search.Matched;
    }

    /// <summary>Each page with or without indexes: they come and go between pages.</summary>
    private static List<string> Pages(IndexReader reader, DocumentQuery query, Random random, ref int byIndex)
    {
        var sink = new ListSink { Most = random.Next(1, 5) };
        SearchPosition? behind = null;
        int? pageLength = random.Next(2) == 0 ? null : random.Next(1, 7);
        while (true)
        {
            var request = new SearchRequest { Limit = pageLength, Behind = behind, SortBytesMax = random.Next(2) == 0 ? 300 : 1 << 20 };
            using DocumentSearch search = DocumentSearch.Create(reader, query with { Indexes = random.Next(3) == 0 ? [] : Declared }, request, sink);
            byIndex += search.Source == "index" ? 1 : 0;
            SearchState state = SearchState.Paused;
            for (int turns = 0; state != SearchState.Done; turns++)
            {
                sink.SinceFull = 0;
                state = search.Advance(new Allowance(random.Next(1, 2000)), SearchLimit.None);
                Assert.True(turns < 10_000, "it gets on");
            }

            if (!search.IsLimitReached || !search.MayHaveMore())
            {
                return sink.Found;
            }

            behind = search.Position;
        }
    }

    /// <summary>The same by other means: all documents, taken apart by the base library.</summary>
    private static List<string> Scan(SortedDictionary<string, string> documents, DocumentQuery query)
    {
        Matcher matcher = query.Filter.CreateMatcher();
        var facts = new Dictionary<string, Facts>();
        var found = new List<string>();
        foreach ((string id, string json) in query.IsReversed ? documents.Reverse() : documents)
        {
            int Order(string bound) => string.CompareOrdinal(id, bound) * (query.IsReversed ? -1 : 1);
            facts[id] = new Facts { Id = Encoding.UTF8.GetBytes(id), Version = 1, Created = default, Modified = default, Length = json.Length, Type = "application/json" };
            if (!id.StartsWith(query.Prefix, StringComparison.Ordinal)
                || (query.After.Length > 0 && Order(query.After) <= 0)
                || (query.To.Length > 0 && Order(query.To) > 0)
                || !matcher.Matches(Encoding.UTF8.GetBytes(json), facts[id], SearchLimit.None))
            {
                continue;
            }

            int at = query.Delimiter.Length == 0 ? -1 : id.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
            found.Add(at < 0 ? id : id[..(at + query.Delimiter.Length)]);
        }

        return query.Sort is null ? [.. found.Distinct()] : [.. found.OrderBy(id => KeyOf(documents[id], facts[id], query.Sort), StringComparer.Ordinal).ThenBy(id => id, StringComparer.Ordinal)];
    }

    private static string KeyOf(string json, Facts facts, SortOrder sort)
    {
        var key = new KeyWriter();
        new SortKeys(sort).Write(Encoding.UTF8.GetBytes(json), facts, SearchLimit.None, key);
        return Convert.ToHexString(key.Written);
    }

    private static Filter FilterOf(string json) => Filter.TryParse(Encoding.UTF8.GetBytes(json), TimeSpan.FromSeconds(1), out Filter? filter, out _) ? filter : throw new JsonException(json);

    private static SortOrder SortOf(string text) => SortOrder.TryParse(text, out SortOrder? sort, out _) ? sort : throw new JsonException(text);

    /// <summary>Its client goes after some documents.</summary>
    private sealed class LeavingSink(CancellationTokenSource gone) : IResultSink
    {
        public const int TakenMax = 1000;

        private int _taken;

        public bool IsFull => false;

        public void Document(in FoundDocument document)
        {
            if (++_taken == TakenMax)
            {
                gone.Cancel();
            }
        }

        public void Folder(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("No folders are asked for.");
    }

    private sealed class ListSink : IResultSink
    {
        public List<string> Found { get; } = [];

        public int Most { get; init; }

        public int SinceFull { get; set; }

        public bool IsFull => SinceFull >= Most;

        public void Document(in FoundDocument document) => Add(document.Id);

        public void Folder(ReadOnlySpan<byte> beginning) => Add(beginning);

        private void Add(ReadOnlySpan<byte> id)
        {
            SinceFull++;
            Found.Add(Encoding.UTF8.GetString(id));
        }
    }
}
