using CsCheck;
using DocService.Queries.Filters;
using DocService.Queries.Indexes;
using DocService.Queries.Keys;
using DocService.Queries.Ordering;
using DocService.Queries.Planning;

namespace DocService.Queries.Tests.Planning;

/// <summary>What an index leaves out nobody adds: for random documents, filters and indexes the candidates hold every match, in the order that the plan promises.</summary>
public sealed class PlannerPropertyTests
{
    private static readonly Gen<string> Field = Gen.Select(Gen.OneOf("", "", "-"), AnyFilter.Path, (sign, path) => sign + path);

    private static readonly Gen<string> Fields = Field.Array[1, 3].Select(fields => string.Join(',', fields.DistinctBy(field => field.TrimStart('-'))));

    /// <summary>Texts on both sides of 480 and 512 bytes, alike up to there.</summary>
    private static readonly Gen<string> LongText = Gen.Select(Gen.Int[474, 514], Gen.OneOf("", "a", "b"), (length, end) => $"\"{new string('x', length)}{end}\"");

    private static readonly Gen<string> Document = Gen.Frequency(
        (6, AnyJson.Document),
        (1, Gen.Select(LongText, AnyJson.Value, (text, value) => $$"""{"a":{{text}},"b":{{value}}}""")),
        (1, Gen.Select(AnyJson.Value, AnyJson.Value, (a, b) => $$"""{"a":{{a}},"b":{{b}}}""")),
        (1, AnyJson.Scalar.Array[0, 3].Select(values => $$"""{"a":[{{string.Join(',', Enumerable.Range(0, 1001).Select(i => $"{i}").Concat(values))}}]}""")),
        (1, Gen.Select(AnyJson.Integer, AnyJson.Integer, (a, b) => $$"""{"a":{{a}},"b":{{b}}}""")));

    private static readonly Gen<string> Filter = Gen.Frequency(
        (6, AnyFilter.Filter),
        (1, Gen.Select(Gen.OneOf("$eq", "$gt", "$gte", "$lt", "$lte"), LongText, (name, text) => "{\"a\":{\"" + name + "\":" + text + "}}")),
        (2, Gen.Select(AnyJson.Integer, AnyJson.Integer, Gen.OneOf("$gt", "$gte", "$lt", "$lte", "$eq"), (a, b, name) => "{\"a\":" + a + ",\"b\":{\"" + name + "\":" + b + "}}")));

    private static readonly Gen<string> FewFields = Gen.OneOf("a", "b", "-a", "a,b", "b,a", "a,-b", "-b,a", "a.b", "a.b,b", "a.0", "/a", "/a/b,a");

    private sealed record Case(string[] Documents, string Filter, string Fields, bool Fold, string? Where, string Sort);

    private static readonly Gen<Case> Cases =
        from few in Gen.Int[0, 2]
        from documents in few > 0 ? FewValues.Document.Array[6, 16] : Document.Array[1, 8]
        from filter in few > 0 ? FewValues.Filter : Filter
        from fields in few > 0 ? FewFields : Fields
        from fold in Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true)))
        from only in Gen.Frequency((5, Gen.Const((string?)null)), (1, AnyFilter.Filter.Select(text => (string?)text)), (1, Gen.Const((string?)filter)))
        from sort in Gen.Frequency((1, Gen.Const(fields)), (1, Gen.Const(Turn(fields))), (1, Fields))
        select new Case(documents, filter, fields, fold, only, sort);

    private static string Turn(string fields) =>
        string.Join(',', fields.Split(',').Select(field => field.StartsWith('-') ? field[1..] : $"-{field}"));

    [Fact]
    public void Candidates_HoldEveryMatch_InThePromisedOrder()
    {
        int narrowed = 0;
        int ordered = 0;
        int found = 0;
        Cases.Sample(iter: 30_000, threads: 1, assert: one =>
        {
            IndexDefinition index = Indexing.Index(one.Fields, one.Fold, one.Where);
            var keys = new IndexKeys(index);
            var traits = new IndexTraits(index.Fields.Count);
            IndexEntries[] entries = [.. one.Documents.Select(document => keys.Of(Json.Bytes(document), Filtering.Facts, SearchLimit.None))];
            Assert.All(entries, entry => traits.Add(entry));
            Assert.True(SortOrder.TryParse(one.Sort, out SortOrder? sort, out _));
            Filter filter = Filtering.Parse(one.Filter);
            QueryPlan plan = Planner.Plan(filter, default, sort, [new IndexChoice(index, traits)]);
            if (plan.Index is null)
            {
                return;
            }

            int[] matches = [.. Enumerable.Range(0, entries.Length).Where(id => Filtering.Matches(filter, one.Documents[id]))];
            Assert.All(matches, id => Assert.Contains(entries[id].Keys, key => plan.Keys.Any(range => range.Contains(key))));
            narrowed += plan.IsNarrowed ? 1 : 0;
            found += plan.IsNarrowed ? matches.Length : 0;
            if (plan.Order == CandidateOrder.None)
            {
                return;
            }

            ordered++;
            var sortKeys = new SortKeys(sort);
            IEnumerable<int> expected = matches.OrderBy(id => SortKey(sortKeys, one.Documents[id]), StringComparer.Ordinal).ThenBy(id => id);
            IEnumerable<(string Key, int Id)> read = matches.Select(id => (Convert.ToHexString(Assert.Single(entries[id].Keys)), id));
            read = plan.Order == CandidateOrder.Forward
                ? read.OrderBy(entry => entry.Key, StringComparer.Ordinal).ThenBy(entry => entry.Id)
                : read.OrderByDescending(entry => entry.Key, StringComparer.Ordinal).ThenBy(entry => entry.Id);
            Assert.Equal(expected, read.Select(entry => entry.Id));
        });
        Assert.True(narrowed > 3_000 && ordered > 3_000 && found > 2_000, $"{narrowed} narrowed with {found} matches, {ordered} ordered: too few to show anything");
    }

    private static string SortKey(SortKeys keys, string document)
    {
        var key = new KeyWriter();
        keys.Write(Json.Bytes(document), Filtering.Facts, SearchLimit.None, key);
        return Convert.ToHexString(key.Written);
    }
}
