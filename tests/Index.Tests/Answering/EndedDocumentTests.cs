using System.Text;
using DocService.Index.Answering;
using DocService.Index.Declared;
using DocService.Index.Feeding;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Tests.Feeding;
using DocService.Queries;
using DocService.Queries.Aggregation;
using DocService.Queries.Ordering;
using DocService.Queries.Words;
using DocService.Storage.Clock;
using DocService.Storage.Followers;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.Answering;

/// <summary>From its moment on a document is in no answer, whatever asks, and however its candidates are found.</summary>
public sealed class EndedDocumentTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(10);
    private static readonly DeclaredIndex Numbers = Declaring.Index("n");
    private static readonly DeclaredIndex Words = Declaring.Index("text:t");

    private readonly TestDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(Start);
    private readonly TestLog _log;
    private readonly IndexFollower _index;

    public EndedDocumentTests()
    {
        _log = new TestLog { Time = new StoreTime(_clock) };
        _index = IndexTest.Follow(_directory["index"], _log);
        _index.Declare([Numbers, Words]);
    }

    public void Dispose()
    {
        _index.StopFollowing();
        _index.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryQuery_OnceSomeHaveExpired_FindsTheOthersAlone(bool byIndex)
    {
        await FillAsync();
        using (IndexReader before = _index.TryRead()!)
        {
            Assert.All(Answers(before, byIndex), answer => Assert.True(answer.Ids.Contains("c/x/1", StringComparison.Ordinal), $"{answer.Query}: {answer.Ids}"));
        }

        _clock.Advance(Life - TimeSpan.FromTicks(1));
        using IndexReader last = _index.TryRead()!;
        _clock.Advance(TimeSpan.FromTicks(1));
        using IndexReader after = _index.TryRead()!;
        foreach (((string query, string ids), (_, string still)) in Answers(after, byIndex).Zip(Answers(last, byIndex)))
        {
            Assert.False(ids.Contains("c/x/1", StringComparison.Ordinal) || ids.Contains("c/3", StringComparison.Ordinal), $"{query}: {ids}");
            Assert.True(ids.Contains("c/2", StringComparison.Ordinal), $"{query}: {ids}");
            Assert.True(still.Contains("c/x/1", StringComparison.Ordinal), $"{query}: an answer that has begun shows {still}");
        }
    }

    /// <summary>A session that was refreshed before its end was left out of lists, while the index was behind.</summary>
    [Fact]
    public async Task Document_WrittenAgainBeforeItsEndAndNotYetIndexed_IsThere()
    {
        var log = new TestLog { Time = new StoreTime(_clock) };
        using IndexFollower behind = IndexTest.Follow(_directory["behind"], log, new FakeTimeProvider()); // it reads when somebody waits, and never else
        behind.Declare([]);
        log.Publish(TestLog.Put("c/1", "1", 1).EndingAt(Start + Life));
        await behind.ReachAsync(1);
        log.Publish(TestLog.Put("c/1", "2", 2).EndingAt(Start + Life + Life));
        _clock.Advance(Life);

        await IndexTest.UntilAsync(() => behind.ReadAll().ContainsKey("c/1"), "it is there in what is indexed by now");
        using (var queries = new IndexQueries(behind, new QueryLimits { Threads = 1, Search = IndexTest.Patience, Wait = IndexTest.Patience }, TimeProvider.System))
        using (IndexReader newest = await queries.OpenAsync(isEventual: false, default))
        {
            Assert.Equal("c/1", Ids(newest, new DocumentQuery { Prefix = "c/" }));
        }

        _clock.Advance(Life);
        Assert.Empty(behind.ReadAll());
        behind.StopFollowing();
    }

    /// <summary>A commit of another document, not yet indexed, took answers back to before the end.</summary>
    [Fact]
    public async Task Document_ThatWasAbsentFromAnAnswer_IsInNoLaterOne()
    {
        var log = new TestLog { Time = new StoreTime(_clock) };
        using IndexFollower behind = IndexTest.Follow(_directory["behind"], log, new FakeTimeProvider());
        behind.Declare([]);
        log.Publish(TestLog.Put("c/1", "1", 1).EndingAt(Start + Life));
        await behind.ReachAsync(1);
        Assert.Single(behind.ReadAll());
        _clock.Advance(Life);
        Assert.Empty(behind.ReadAll());

        log.Publish(TestLog.Put("c/2", "1", 2));

        Assert.DoesNotContain("c/1", behind.ReadAll().Keys);
        behind.StopFollowing();
    }

    [Fact]
    public async Task CountsGroupsAndFolders_OnceSomeHaveExpired_AreOfTheOthers()
    {
        await FillAsync();
        _clock.Advance(Life);
        using IndexReader reader = _index.TryRead()!;
        foreach (DeclaredIndex[] indexes in (DeclaredIndex[][])[[], [Numbers]])
        {
            var query = new DocumentQuery { Prefix = "c/", Indexes = indexes, Filter = Declaring.Filter("{\"n\":{\"$gt\":0}}") };
            using var count = new CountSearch(reader, query);
            Run(count);
            Assert.Equal(2, count.Matched);

            Assert.True(AggregateSpec.TryParse("{\"groupBy\":[\"t\"],\"compute\":{\"all\":{\"count\":true},\"sum\":{\"sum\":\"n\"}}}"u8.ToArray(), out AggregateSpec? spec, out _));
            using var aggregate = new AggregateSearch(reader, query, spec);
            Run(aggregate);
            AggregateGroup group = Assert.Single(aggregate.Groups());
            Assert.Equal("2 6", string.Join(' ', group.Values.Select(value => Encoding.UTF8.GetString(value.Json.Span))));
        }

        Assert.Equal("c/2 c/4", Ids(reader, new DocumentQuery { Prefix = "c/", Delimiter = "/" })); // the folder c/x/ has nothing in it
    }

    /// <summary>A page's <c>next</c> that leads to nothing but what has expired would be a promise of more.</summary>
    [Fact]
    public async Task Page_BehindWhichAllHaveExpired_IsTheLast()
    {
        await FillAsync();
        _clock.Advance(Life);
        using IndexReader reader = _index.TryRead()!;
        var sink = new IdSink();
        using DocumentSearch search = DocumentSearch.Create(reader, new DocumentQuery { Prefix = "c/" }, new SearchRequest { Limit = 2 }, sink);
        Run(search);

        Assert.Equal("c/2 c/4", sink.Text);
        Assert.False(search.MayHaveMore());
    }

    [Fact]
    public async Task Feed_DocumentThatHasEnded_IsGoneForReadersAndNothingForNewcomers()
    {
        _log.Publish(TestLog.Put("c/0", "1", 1));
        await _index.ReachAsync(1);
        var reader = new ReadChanges();
        using (IndexReader first = _index.TryRead()!)
        {
            reader.Read(first);
        }

        reader.Text();
        await FillAsync();
        _clock.Advance(Life);
        using IndexReader after = _index.TryRead()!;
        reader.Read(after);
        Assert.Equal("Put c/2 20 | Gone c/3 30 | Put c/4 40 | Gone c/x/1 50 |", reader.Text());
        var newcomer = new ReadChanges();
        newcomer.Read(after);
        Assert.Equal("Put c/0 1 | Put c/2 20 | Put c/4 40 |", newcomer.Text());
    }

    [Fact]
    public async Task ListEnded_GoesByTheMomentAndKnowsTheNewestVersionAlone()
    {
        await FillAsync();
        _log.Publish(TestLog.Put("c/3", "{\"n\":5}", 60).EndingAt(Start + (2 * Life)));
        _log.Publish(TestLog.Put("c/4", "{\"n\":5}", 70).EndingAt(Start + (Life / 2)));
        _log.Publish(TestLog.Delete("c/2", 80));
        await _index.ReachAsync(80);
        using IndexReader reader = _index.TryRead()!;

        Assert.Equal(["c/4 70"], Expired(reader, Start + Life - TimeSpan.FromTicks(1)));
        Assert.Equal(["c/4 70", "c/x/1 50"], Expired(reader, Start + Life));
        Assert.Equal(["c/4 70", "c/x/1 50", "c/3 60"], Expired(reader, Start + (2 * Life)));
        using EndedListing listing = reader.ListEnded(Start + (2 * Life));
        Assert.True(listing.MoveNext());
        Assert.Equal(["c/x/1 50", "c/3 60"], Expired(reader, Start + (2 * Life), listing.Place));
    }

    [Fact]
    public async Task ListEnded_OnceDeletedOrWithoutEnd_HasNothing()
    {
        await FillAsync();
        _log.Publish(TestLog.Put("c/3", "{}", 60));
        _log.Publish(TestLog.Delete("c/x/1", 70));
        _log.Publish(TestLog.Put("c/2", "{}", 80));
        await _index.ReachAsync(80);
        using IndexReader reader = _index.TryRead()!;
        Assert.Empty(Expired(reader, DateTimeOffset.MaxValue));
    }

    /// <summary>The files tell when documents expire, as the log does.</summary>
    [Fact]
    public async Task Rebuild_FromFiles_KnowsWhenDocumentsExpire()
    {
        await FillAsync();
        _log.File(TestLog.Put("c/2", "{\"n\":2,\"t\":\"tea\"}", 20), TestLog.Put("c/3", "{\"n\":3,\"t\":\"tea\"}", 30).EndingAt(Start + Life));
        _log.FiledThrough = 50;
        _index.Rebuild("a test asks for it");
        await IndexTest.UntilAsync(() => _index.Status is { Stage: IndexStage.Following, Done: 2 }, "it is made anew");
        _clock.Advance(Life);
        using IndexReader reader = _index.TryRead()!;

        Assert.Equal("c/2", Ids(reader, new DocumentQuery { Prefix = "c/" }));
        Assert.Equal(["c/3 30"], Expired(reader, Start + Life));
    }

    /// <summary>Two with an end (c/3, c/x/1) and two without.</summary>
    private async Task FillAsync()
    {
        _log.Publish(TestLog.Put("c/2", "{\"n\":2,\"t\":\"tea\"}", 20));
        _log.Publish(TestLog.Put("c/3", "{\"n\":3,\"t\":\"tea\"}", 30).EndingAt(Start + Life));
        _log.Publish(TestLog.Put("c/4", "{\"n\":4,\"t\":\"tea\"}", 40));
        _log.Publish(TestLog.Put("c/x/1", "{\"n\":1,\"t\":\"tea\"}", 50).EndingAt(Start + Life));
        await _index.ReachAsync(50);
        while (true)
        {
            Task changed = _index.WhenDeclaredChanges();
            using (IndexReader reader = _index.TryRead()!)
            {
                if (reader.GetDeclared(Numbers) is { IsBuilt: true } && reader.GetDeclared(Words) is { IsBuilt: true })
                {
                    return;
                }
            }

            await changed.WaitAsync(IndexTest.Patience);
        }
    }

    private static IEnumerable<(string Query, string Ids)> Answers(IndexReader reader, bool byIndex)
    {
        var all = new DocumentQuery { Prefix = "c/", Indexes = byIndex ? [Numbers] : [] };
        Assert.True(SortOrder.TryParse("n", out SortOrder? rising, out _));
        Assert.True(SortOrder.TryParse("-n", out SortOrder? falling, out _));
        Assert.True(SortOrder.TryParse("-t,n", out SortOrder? other, out _));
        Assert.True(TextQuery.TryParse("tea", out TextQuery? words, out _));
        Assert.True(TextQuery.TryParse("te*", out TextQuery? beginning, out _));
        (string, DocumentQuery)[] queries =
        [
            ("by id", all),
            ("by id, turned", all with { IsReversed = true }),
            ("named ids", all with { Filter = Declaring.Filter("{\"$id\":{\"$in\":[\"c/2\",\"c/3\",\"c/x/1\"]}}") }),
            ("equality", all with { Filter = Declaring.Filter("{\"n\":{\"$in\":[1,2,3]}}") }),
            ("range", all with { Filter = Declaring.Filter("{\"n\":{\"$gt\":0}}") }),
            ("negation", all with { Filter = Declaring.Filter("{\"n\":{\"$ne\":9}}") }),
            ("sorted", all with { Sort = rising }),
            ("sorted, falling", all with { Sort = falling }),
            ("sorted by another", all with { Sort = other }),
            ("words, ranked", all with { Text = new TextSearch(Words, words) }),
            ("words that begin so", all with { Text = new TextSearch(Words, beginning) }),
            ("words, sorted", all with { Text = new TextSearch(Words, words), Sort = falling }),
        ];
        foreach ((string name, DocumentQuery query) in queries)
        {
            string ids = Ids(reader, query);
            using var count = new CountSearch(reader, query);
            Run(count);
            Assert.Equal(ids.Length == 0 ? 0 : ids.Split(' ').Length, count.Matched);
            yield return (name, ids);
        }
    }

    private static string Ids(IndexReader reader, DocumentQuery query)
    {
        var sink = new IdSink();
        using DocumentSearch search = DocumentSearch.Create(reader, query, new SearchRequest(), sink);
        Run(search);
        return sink.Text;
    }

    private static void Run(SnapshotRead search) => Assert.Equal(SearchState.Done, search.Advance(new Allowance(long.MaxValue), SearchLimit.None));

    private static List<string> Expired(IndexReader reader, DateTimeOffset through, byte[]? behind = null)
    {
        var found = new List<string>();
        using EndedListing listing = reader.ListEnded(through, behind);
        while (listing.MoveNext())
        {
            found.Add($"{listing.Id} {listing.Version}");
        }

        return found;
    }

    private sealed class IdSink : IResultSink
    {
        private readonly List<string> _found = [];

        public string Text => string.Join(' ', _found);

        public bool IsFull => false;

        public void Document(in FoundDocument document) => _found.Add(Encoding.UTF8.GetString(document.Id));

        public void Folder(ReadOnlySpan<byte> beginning) => _found.Add(Encoding.UTF8.GetString(beginning));
    }
}
