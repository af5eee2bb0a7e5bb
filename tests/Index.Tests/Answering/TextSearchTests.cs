using System.Text;
using DocService.Index.Answering;
using DocService.Index.Declared;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Tests.Support;
using DocService.Queries;
using DocService.Queries.Ordering;
using DocService.Queries.Words;
using Facts = DocService.Queries.Paths.DocumentFacts;

namespace DocService.Index.Tests.Answering;

/// <summary>A search for words finds what a look at every document's words finds, in the order of the rank that is computed from all of them.</summary>
public sealed class TextSearchTests
{
    private static readonly string[] Words = ["tea", "team", "green", "word", "words", "long", "\u00e9cole", "x"];
    private static readonly string[] Searches = ["tea", "te*", "green tea", "\"green tea\"", "wor* lon*", "ecole", "x \"long words\" te*", "absent", "tea absent"];
    private static readonly DeclaredIndex Index = Declaring.Index("text:t,u", prefix: "n/");

    [Fact]
    public async Task Search_RandomDocuments_FindsAndRanksAsAScan()
    {
        const int Seed = 20261128;
        using var directory = new TestDirectory();
        await using var store = IndexedStore.Open(directory.Path, declared: [Index]);
        var random = new Random(Seed);
        for (int n = 0; n < 60; n++)
        {
            string Text() => string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => Words[random.Next(Words.Length)]));
            await store.PutAsync($$"""{"t":"{{Text()}}","u":["{{Text()}}",{"v":"{{Text()}}"}],"n":{{random.Next(3)}}}""", $"{(n % 6 == 0 ? "m/" : "n/")}{random.Next(40)}");
        }

        await store.DeleteAsync("n/1");
        await store.CheckAsync([Index], $"seed {Seed}");
        using IndexReader reader = store.Index.TryRead()!;
        int found = 0;
        foreach (string search in Searches)
        {
            foreach (string filter in (string[])["{}", "{\"n\":1}"])
            {
                Assert.True(TextQuery.TryParse(search, out TextQuery? words, out _));
                var query = new DocumentQuery { Prefix = "n/", Filter = Declaring.Filter(filter), Text = new TextSearch(Index, words) };
                (string Id, double Score)[] expected = [.. Scan(store.Expected, query)];
                List<(string Id, double? Score)> ranked = Find(reader, query, new SearchRequest());
                Assert.Equal(expected.Select(one => one.Id), ranked.Select(one => one.Id));
                Assert.All(expected.Zip(ranked), pair => Assert.Equal(pair.First.Score, pair.Second.Score!.Value, 9));
                Assert.Equal(expected.Take(3).Select(one => one.Id), Find(reader, query, new SearchRequest { Limit = 3 }).Select(one => one.Id));
                Assert.True(SortOrder.TryParse("$id", out SortOrder? byId, out _));
                Assert.Equal(expected.Select(one => one.Id).Order(StringComparer.Ordinal), Find(reader, query with { Sort = byId }, new SearchRequest()).Select(one => one.Id));
                using var count = new CountSearch(reader, query);
                Assert.Equal(SearchState.Done, count.Advance(new Allowance(long.MaxValue), SearchLimit.None));
                Assert.Equal(expected.Length, count.Matched);
                found += expected.Length;
            }
        }

        Assert.True(found > 60, $"{found} found: too few to show anything");
    }

    [Fact]
    public async Task Search_InAnIndexThatIsNotBuilt_IsNotAnswered()
    {
        using var directory = new TestDirectory();
        await using var store = IndexedStore.Open(directory.Path);
        await store.PutAsync("1", "n/1");
        await store.Index.ReachAsync(store.Last);
        using IndexReader reader = store.Index.TryRead()!;
        Assert.True(TextQuery.TryParse("tea", out TextQuery? words, out _));
        Assert.Throws<IndexNotReadyException>(() => Find(reader, new DocumentQuery { Prefix = "n/", Text = new TextSearch(Index, words) }, new SearchRequest()));
    }

    private static List<(string Id, double? Score)> Find(IndexReader reader, DocumentQuery query, SearchRequest request)
    {
        var sink = new ScoreSink();
        using DocumentSearch search = DocumentSearch.Create(reader, query, request, sink);
        while (search.Advance(new Allowance(300), SearchLimit.None) != SearchState.Done)
        {
        }

        return sink.Found;
    }

    /// <summary>The same from all documents: the words of each, and how rare they are.</summary>
    private static IEnumerable<(string Id, double Score)> Scan(SortedDictionary<string, string> documents, DocumentQuery query)
    {
        var all = new Dictionary<string, (DocumentWords Words, string Body)>();
        foreach ((string id, string body) in documents.Where(document => document.Key.StartsWith(query.Prefix, StringComparison.Ordinal)))
        {
            var read = new DocumentWords(Index.Text!);
            read.Read(Encoding.UTF8.GetBytes(body), FactsOf(id), SearchLimit.None);
            all.Add(id, (read, body));
        }

        (DocumentWords Words, string Body)[] withWords = [.. all.Values.Where(one => one.Words.Count > 0)];
        double average = withWords.Length == 0 ? 0 : (double)withWords.Sum(one => one.Words.Count) / withWords.Length;
        long EntriesOf(TextTerm term) => term.Words.Select((word, number) => withWords.Sum(one => (long)one.Words.Frequencies().Keys.Count(other =>
            term.IsPrefix && number == term.Words.Count - 1 ? other.StartsWith(word, StringComparison.Ordinal) : other == word))).Min();
        return all
            .Where(one => query.Text!.Words.Matches(one.Value.Words) && query.Filter.CreateMatcher().Matches(Encoding.UTF8.GetBytes(one.Value.Body), FactsOf(one.Key), SearchLimit.None))
            .Select(one => (one.Key, query.Text!.Words.Terms.Sum(term => Ranking.Score(
                term.CountIn(one.Value.Words.Words), one.Value.Words.Count, average, Math.Min(EntriesOf(term), withWords.Length), withWords.Length))))
            .OrderByDescending(one => one.Item2).ThenBy(one => one.Key, StringComparer.Ordinal);
    }

    private static Facts FactsOf(string id) =>
        new() { Id = Encoding.UTF8.GetBytes(id), Version = 1, Created = default, Modified = default, Length = 1, Type = "application/json" };

    private sealed class ScoreSink : IResultSink
    {
        public List<(string Id, double? Score)> Found { get; } = [];

        public bool IsFull => false;

        public void Document(in FoundDocument document) => Found.Add((Encoding.UTF8.GetString(document.Id), document.Score));

        public void Folder(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("There are none.");
    }
}
