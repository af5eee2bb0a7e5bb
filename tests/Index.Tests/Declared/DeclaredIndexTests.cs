using System.Text;
using CsCheck;
using DocService.Index.Declared;
using DocService.Index.Families;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Index.Writing;
using DocService.Queries;
using DocService.Queries.Filters;
using DocService.Queries.Ordering;
using DocService.Queries.Planning;
using DocService.Queries.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Index.Tests.Declared;

/// <summary>
/// Whatever is written, declared, built and declared no more, in whatever batches: an index that is built has exactly the
/// entries of the documents that there are, and its candidates hold every match of every query.
/// </summary>
public sealed class DeclaredIndexTests : IDisposable
{
    private static readonly string[] Choice = ["a", "-a", "a,b", "unique:a", "unique:b,a", "a.b", "/a,-b", "b|{\"a\":1}", "text:a,b"];

    private static readonly Queries.Paths.DocumentFacts Facts = new()
    {
        Id = "c/x"u8.ToArray(),
        Version = 1,
        Created = DateTimeOffset.UnixEpoch,
        Modified = DateTimeOffset.UnixEpoch,
        Length = 1,
        Type = "application/json",
    };

    private static readonly Gen<string> Id = Gen.Select(Gen.OneOf("c/", "c/", "c/", "d/", "c"), Gen.Int[0, 5], (prefix, number) => $"{prefix}{number}");

    private readonly TestDirectory _directory = new();
    private int _databases;

    private sealed record Step(string Kind, string Id, string Body, string[] Indexes);

    private static readonly Gen<string> Body = Gen.Frequency(
        (8, FewValues.Document),
        (2, Gen.OneOf("two", "words two", "T\u00e9xt", "a-b c", "").Select(text => $$"""{"a":"{{text}}","b":["{{text}} more",{"x":"x"}]}""")),
        (1, Gen.Const($$"""{"a":[{{string.Join(',', Enumerable.Range(0, 1001))}}],"b":1}""")),
        (1, Gen.Int[500, 502].Select(length => $$"""{"a":"{{new string('x', length)}}"}""")));

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency((6, Gen.Const("put")), (2, Gen.Const("delete")), (2, Gen.Const("write")), (2, Gen.Const("build")), (1, Gen.Const("declare")))
        from id in Id
        from body in Body
        from indexes in Gen.OneOf(Choice).Array[1, 3]
        select new Step(kind, id, body, [.. indexes.Distinct()]);

    [Fact]
    public void Entries_AfterAnyWritesDeclarationsAndBuilds_AreThoseOfTheDocuments()
    {
        int built = 0;
        Steps.Array[10, 60].Sample(iter: 40, threads: 1, seed: "0000KOIUBNU6", assert: steps =>
        {
            var declarations = new Declarations([]);
            using IndexWriter writer = Create(declarations);
            var documents = new SortedDictionary<string, string>(StringComparer.Ordinal);
            DeclaredIndex[] declared = [];
            long version = 0;
            foreach (Step step in steps)
            {
                version++;
                switch (step.Kind)
                {
                    case "put":
                        writer.Add(TestLog.Commit(TestLog.Put(step.Id, step.Body, version)));
                        documents[step.Id] = step.Body;
                        break;
                    case "delete":
                        writer.Add(TestLog.Commit(TestLog.Delete(step.Id, version)));
                        documents.Remove(step.Id);
                        break;
                    case "write":
                        writer.Write();
                        break;
                    case "build":
                        writer.BuildIndexes(documentsMax: 2);
                        break;
                    default:
                        declared = [.. step.Indexes.Select(fields => Declaring.Index(fields))];
                        declarations.Declare(declared);
                        break;
                }
            }

            while (writer.HasPending || writer.IsBuildingIndexes)
            {
                writer.BuildIndexes(documentsMax: 3);
            }

            using IndexReader reader = Read(writer.Database);
            Assert.All(declared, index =>
            {
                Assert.True(reader.GetDeclared(index)!.IsBuilt);
                Assert.Equal(Declaring.Expected(index, documents), Declaring.Entries(reader, index));
                Declaring.CheckState(reader, index, documents);
                built++;
            });
            Assert.Equal(declared.Length, IndexTest.Dump(writer.Database).Count(row => row.StartsWith("State 696E64657820", StringComparison.Ordinal)));
            Assert.Equal(declared.Sum(index => Declaring.Entries(reader, index).Count()), IndexTest.Dump(writer.Database).Count(row => row.StartsWith("Entries ", StringComparison.Ordinal)));
        });
        Assert.True(built > 40, $"{built} built: too few to show anything");
    }

    [Fact]
    public void Candidates_OfAnyQuery_HoldEveryMatchInThePromisedOrder()
    {
        DeclaredIndex[] declared = [.. Choice.Where(fields => !fields.StartsWith("text", StringComparison.Ordinal)).Select(fields => Declaring.Index(fields))];
        int narrowed = 0;
        Gen.Select(Body.Array[4, 12], FewValues.Filter.Array[20], Gen.OneOf("a", "-a", "a,b", "-a,-b", "b")).Sample(iter: 30, threads: 1, seed: "0000KOIUBNU7", assert: (bodies, filters, sortBy) =>
        {
            using IndexWriter writer = Create(new Declarations(declared));
            writer.Add(TestLog.Commit([.. bodies.Select((body, number) => TestLog.Put($"c/{number:d2}", body, 1))]));
            writer.Write();
            using IndexReader reader = Read(writer.Database);
            Assert.True(SortOrder.TryParse(sortBy, out SortOrder? sort, out _));
            foreach (string json in filters)
            {
                Filter filter = Declaring.Filter(json);
                string[] matches = [.. Enumerable.Range(0, bodies.Length).Where(number => Matches(filter, bodies[number])).Select(number => $"c/{number:d2}")];
                foreach (DeclaredIndex index in declared)
                {
                    DeclaredState state = reader.GetDeclared(index)!;
                    QueryPlan plan = Planner.Plan(filter, default, sort, [new IndexChoice(index.Keys!, state.Traits)]);
                    if (plan.Index is null)
                    {
                        continue;
                    }

                    narrowed++;
                    List<string> candidates = Candidates(reader, state, plan);
                    Assert.Empty(matches.Except(candidates));
                    if (plan.Order != CandidateOrder.None)
                    {
                        IEnumerable<string> sorted = matches.OrderBy(id => SortKey(sort, bodies[int.Parse(id[2..], System.Globalization.CultureInfo.InvariantCulture)]), StringComparer.Ordinal).ThenBy(id => id, StringComparer.Ordinal);
                        Assert.Equal(sorted, candidates.Where(matches.Contains));
                    }
                }
            }
        });
        Assert.True(narrowed > 500, $"{narrowed} narrowed: too few to show anything");
    }

    [Fact]
    public void ListEntries_OfACutKeyThatBeginsWithAnother_LosesNone()
    {
        using IndexWriter writer = Create(new Declarations([Declaring.Index("a")]));
        writer.Write();
        byte[] shorter = [0x06, .. Enumerable.Repeat((byte)'x', 480)];
        byte[] longer = [.. shorter, (byte)'b']; // as a digest may go on
        using var batch = new RocksBatch(writer.Database);
        batch.Put(Family.Entries, EntryKey.Write(1, shorter, "a"u8), []);
        batch.Put(Family.Entries, EntryKey.Write(1, longer, "m"u8), []);
        batch.Put(Family.Entries, EntryKey.Write(1, shorter, "z"u8), []);
        writer.Database.Write(batch);

        using IndexReader reader = Read(writer.Database);
        using EntryListing listing = reader.ListEntries(reader.GetDeclared(Declaring.Index("a"))!, new KeyRange(shorter, [.. shorter, 0]));
        var ids = new List<string>();
        while (listing.MoveNext())
        {
            ids.Add(listing.Id);
        }

        Assert.Equal(["a", "z"], ids);
    }

    [Fact]
    public void Text_IsReplacedAndDeleted_RowsAndCountsFollow()
    {
        DeclaredIndex index = Declaring.Index("text:a");
        using IndexWriter writer = Create(new Declarations([index]));
        var documents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string?[] texts = ["one two", "two two two", "one", "", "one one", null];
        for (int version = 1; version <= texts.Length; version++)
        {
            documents.Remove("c/1");
            if (texts[version - 1] is { } text)
            {
                documents["c/1"] = $"{{\"a\":\"{text}\"}}";
            }

            writer.Add(TestLog.Commit(texts[version - 1] is null ? TestLog.Delete("c/1", version) : TestLog.Put("c/1", documents["c/1"], version)));
            writer.Write();
            using IndexReader reader = Read(writer.Database);
            Assert.Equal(Declaring.Expected(index, documents), Declaring.Entries(reader, index));
            Declaring.CheckState(reader, index, documents);
        }
    }

    /// <summary>A build goes on behind the last document that it has read, not behind all that begin like it.</summary>
    [Fact]
    public void Build_AnIdBeginsWithAnother_ReadsBoth()
    {
        DeclaredIndex index = Declaring.Index("a");
        var declarations = new Declarations([]);
        using IndexWriter writer = Create(declarations);
        SortedDictionary<string, string> documents = new(StringComparer.Ordinal) { ["c/1"] = "{}", ["c/10"] = "{}", ["c/1~"] = "{}" };
        writer.Add(TestLog.Commit([.. documents.Select(document => TestLog.Put(document.Key, document.Value, 1))]));
        writer.Write();
        declarations.Declare([index]);
        writer.Write();
        while (writer.IsBuildingIndexes)
        {
            writer.BuildIndexes(documentsMax: 1);
        }

        using IndexReader reader = Read(writer.Database);
        Assert.Equal(Declaring.Expected(index, documents), Declaring.Entries(reader, index));
    }

    [Fact]
    public void Find_ADeclaredIndexIsNotBuilt_DoesNotUseIt()
    {
        DeclaredIndex index = Declaring.Index("a");
        var declarations = new Declarations([]);
        using IndexWriter writer = Create(declarations);
        writer.Add(TestLog.Commit(TestLog.Put("c/1", "{\"a\":1}", 1)));
        writer.Write();
        declarations.Declare([index]);
        writer.Write();
        using IndexReader reader = Read(writer.Database);
        Assert.Equal("c/1", Assert.Single(reader.Find(QueryOf(index))).Key);
    }

    [Fact]
    public void Find_AnEntryWithoutItsDocument_FailsTheIndex()
    {
        DeclaredIndex index = Declaring.Index("a");
        using IndexWriter writer = Create(new Declarations([index]));
        writer.Add(TestLog.Commit(TestLog.Put("c/1", "{\"a\":1}", 1)));
        writer.Write();
        using var batch = new RocksBatch(writer.Database);
        batch.Delete(Family.Documents, "c/1"u8);
        writer.Database.Write(batch);
        IndexFailedException? failure = null;
        using var reader = new IndexReader(writer.Database.TakeSnapshot(), DateTimeOffset.UnixEpoch, told => failure = told);
        Assert.Same(Assert.Throws<IndexFailedException>(() => reader.Find(QueryOf(index))), failure);
        Assert.Contains("a document that is not there", failure!.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static DocumentQuery QueryOf(DeclaredIndex index) => new() { Prefix = "c/", Filter = Declaring.Filter("{\"a\":1}"), Indexes = [index] };

    private static List<string> Candidates(IndexReader reader, DeclaredState state, QueryPlan plan)
    {
        var candidates = new List<string>();
        IEnumerable<KeyRange> ranges = plan.Order == CandidateOrder.Backward ? plan.Keys.Reverse() : plan.Keys;
        foreach (KeyRange range in ranges)
        {
            using EntryListing listing = reader.ListEntries(state, range, plan.Order == CandidateOrder.Backward ? EntryOrder.KeysFalling : EntryOrder.Rising);
            while (listing.MoveNext())
            {
                candidates.Add(listing.Id);
            }
        }

        return candidates;
    }

    private static bool Matches(Filter filter, string body) => filter.CreateMatcher().Matches(Encoding.UTF8.GetBytes(body), Facts, SearchLimit.None);

    private static string SortKey(SortOrder sort, string body)
    {
        var key = new Queries.Keys.KeyWriter();
        new SortKeys(sort).Write(Encoding.UTF8.GetBytes(body), Facts, SearchLimit.None, key);
        return Convert.ToHexString(key.Written);
    }

    private static IndexReader Read(RocksDatabase database) => new(database.TakeSnapshot(), DateTimeOffset.UnixEpoch, _ => { });

    private IndexWriter Create(Declarations declarations) =>
        new IndexDirectory(_directory[$"index{_databases++}"], IndexOptions.CacheBytesMin, new FakeTimeProvider(), declarations)
            .Create(new IndexState(IndexState.CurrentFormat, Guid.Empty, 0, 0, IsBuilding: false));
}
