using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DocService.Schemas.Keywords;
using DocService.Schemas.Texts;

namespace DocService.Schemas.Tests;

/// <summary>Schemas and documents that are made to hurt: each judgement ends in bounded work, and the process lives.</summary>
public sealed class HostileTests
{
    /// <summary>Far above what a judgement takes, which is bounded by its work; a library without bounds runs for years.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void References_ThatBranchAtEveryLevel_AreTooCostly()
    {
        string levels = string.Join(',', Enumerable.Range(0, 60).Select(level => $$"""
            "a{{level}}":{"anyOf":[{"$ref":"#/$defs/a{{level + 1}}"},{"$ref":"#/$defs/a{{level + 1}}"}]}
            """));
        AssertTooCostly("{\"$ref\":\"#/$defs/a0\",\"$defs\":{" + levels + ",\"a60\":{\"type\":\"null\"}}}", "1");
    }

    [Fact]
    public void Unevaluated_OverBranchesOfManyMembers_IsTooCostlyOrJudged()
    {
        string branches = string.Join(',', Enumerable.Range(0, 500).Select(_ => """{"properties":{"a":true},"unevaluatedProperties":true}"""));
        string members = string.Join(',', Enumerable.Range(0, 20_000).Select(number => $"\"m{number}\":{number}"));
        Assert.Equal(SchemaOutcome.TooCostly, Timed("{\"anyOf\":[" + branches + "],\"unevaluatedProperties\":false}", "{" + members + "}").Outcome);
    }

    [Fact]
    public void References_InALongChain_OverflowNoStack()
    {
        string chain = string.Join(',', Enumerable.Range(0, 1800).Select(level => $$"""
            "{{level}}":{"$ref":"#/$defs/{{level + 1}}"}
            """));
        AssertTooCostly("{\"$ref\":\"#/$defs/0\",\"$defs\":{" + chain + ",\"1800\":{\"items\":{\"$ref\":\"#/$defs/0\"}}}}", "[[[[1]]]]");
    }

    /// <summary>The library takes the escapes out of a name at every look-up: 16 MB, three million times.</summary>
    [Fact]
    public void Names_LongAndEscaped_AreNotTakenApartForEachThatIsLookedFor()
    {
        string references = string.Join(',', Enumerable.Repeat("""{"$ref":"#/$defs/d"}""", 1000));
        string needs = string.Join(',', Enumerable.Range(0, 3000).Select(number => $"\"a{number}\":[]"));
        SchemaVerdict verdict = Timed("{\"allOf\":[" + references + "],\"$defs\":{\"d\":{\"dependentRequired\":{" + needs + "}}}}", "{\"" + string.Concat(Enumerable.Repeat("\\u0061", 2_600_000)) + "\":1}");
        Assert.Equal(SchemaOutcome.Passed, verdict.Outcome);
    }

    [Theory]
    [InlineData("""{"const":"\u0061"}""")]
    [InlineData("""{"enum":[["\u0061"]]}""")]
    [InlineData("""{"minLength":1}""")]
    [InlineData("""{"propertyNames":{"minLength":1}}""")]
    [InlineData("""{"patternProperties":{"a":true}}""")]
    [InlineData("""{"additionalProperties":true}""")]
    public void Strings_LongAndEscaped_UnderManyReferences_AreTooCostlyOrJudged(string schema)
    {
        string references = string.Join(',', Enumerable.Repeat("""{"$ref":"#/$defs/d"}""", 1500));
        string text = "\"" + string.Concat(Enumerable.Repeat("\\u0061", 2_600_000)) + "\"";
        foreach (string document in new[] { text, "[" + text + "]", "{" + text + ":1}" })
        {
            _ = Timed("{\"type\":[\"null\",\"object\",\"array\",\"string\"],\"allOf\":[" + references + "],\"$defs\":{\"d\":" + schema + "}}", document);
        }
    }

    [Fact]
    public void DynamicReferences_ThatLeadBackThroughAnotherResource_AreTooCostly() =>
        AssertTooCostly(
            """{"$id":"https://example.org/a","$dynamicAnchor":"n","$ref":"b","$defs":{"b":{"$id":"b","allOf":[{"$dynamicRef":"#n"}],"$defs":{"n":{"$dynamicAnchor":"n"}}}}}""",
            "1");

    [Fact]
    public void Document_NestedAsDeepAsTheServerTakes_IsJudgedOnASmallStack()
    {
        const string Schema = """{"allOf":[{"$ref":"#/$defs/x"}],"$defs":{"x":{"anyOf":[{"items":{"$ref":"#"}},false]}}}""";
        SchemaVerdict verdict = default;
        var thread = new Thread(() => verdict = Judging.Judge(Schema, $"{new string('[', 128)}1{new string(']', 128)}"), maxStackSize: 512 * 1024);
        thread.Start();
        Assert.True(thread.Join(Patience));
        Assert.Equal(SchemaOutcome.Passed, verdict.Outcome);
    }

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|a)*$")]
    [InlineData("(x+x+)+y")]
    public void Pattern_ThatWouldBacktrack_IsLinear(string pattern) =>
        Assert.Equal(SchemaOutcome.Violated, Timed(JsonSerializer.Serialize(new { pattern }), $"\"{new string('a', 50_000)}!\"").Outcome);

    /// <summary>Automata of patterns such as this one have a state for each way that a text can end: texts teach them megabytes.</summary>
    [Fact]
    public void Pattern_ThatLearnsWithoutEnd_IsForgottenAndBuiltAgain()
    {
        DocumentSchema schema = Judging.Schema("""{"pattern":"[ab]*a[ab]{14}c"}""");
        var random = new Random(1);
        string document = $"\"{string.Concat(Enumerable.Range(0, 200).Select(_ => random.Next(2) == 0 ? 'a' : 'b'))}\"";
        long before = PatternMemory.Bytes;
        Assert.Equal(SchemaOutcome.Violated, Judging.Judge(schema, document).Outcome);
        Assert.True(PatternMemory.Bytes != before, "what it has learnt is noted");

        PatternMemory.Note(PatternMemory.BytesMax);
        Assert.InRange(PatternMemory.Bytes, 0, PatternMemory.BytesMax);
        Assert.Equal(SchemaOutcome.Violated, Judging.Judge(schema, document).Outcome);
    }

    [Fact]
    public void Pattern_ThatNeedsBacktrackingWithoutEnd_IsTooCostly() =>
        AssertTooCostly("""{"items":{"pattern":"^(?=(a+)+$)b"}}""", $"[{string.Join(',', Enumerable.Repeat($"\"{new string('a', 40)}!\"", 1000))}]");

    [Fact]
    public void UniqueItems_OfManyElements_IsNotQuadratic()
    {
        var array = new StringBuilder("[0");
        for (int number = 1; number < 100_000; number++)
        {
            array.Append(',').Append(number.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Equal(SchemaOutcome.Passed, Timed("""{"uniqueItems":true}""", array.Append(']').ToString()).Outcome);
    }

    [Fact]
    public void Names_ManyInSchemaAndDocument_AreTooCostlyOrJudged()
    {
        string names = string.Join(',', Enumerable.Range(0, 1000).Select(number => $"\"m{number}\""));
        string members = string.Join(',', Enumerable.Range(0, 100_000).Select(number => $"\"m{number}\":0"));
        Assert.Equal(SchemaOutcome.TooCostly, Timed("{\"required\":[" + names + "],\"items\":true}", "{" + members + "}").Outcome);
        Assert.Equal(SchemaOutcome.Passed, Timed("{\"required\":[\"m1\",\"m99999\"],\"properties\":{\"m5\":{\"const\":0}}}", "{" + members + "}").Outcome);
    }

    [Fact]
    public void Document_OfAMillionTinyElements_IsJudged() =>
        Assert.Equal(SchemaOutcome.Passed, Timed("""{"items":{"type":"integer"}}""", $"[{string.Join(',', Enumerable.Repeat("0", 1_000_000))}]").Outcome);

    [Fact]
    public void Budget_WithoutRoom_RefusesTheJudgementAndGetsAllBack()
    {
        var budget = new ByteBudget(1 << 20);
        byte[] body = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("0", 100_000))}]");
        DocumentSchema schema = Judging.Schema("true");
        Assert.True(budget.TryTake(1));
        Assert.Throws<StoreBusyException>(() => schema.Judge(body, budget, DocumentSchema.WorkOf(body.Length)));
        budget.Return(1);
        Assert.Equal(SchemaOutcome.Passed, schema.Judge(body, budget, DocumentSchema.WorkOf(body.Length)).Outcome);
        Assert.Equal(budget.Bytes, budget.Free);
    }

    /// <summary>Random texts that begin as schemas and documents do, cut, doubled and mixed. SCHEMA_FUZZ_SECONDS runs it longer, with other seeds.</summary>
    [Fact]
    public void Fuzz_SchemasAndDocuments_EndAndThrowNothing()
    {
        int seconds = int.Parse(Environment.GetEnvironmentVariable("SCHEMA_FUZZ_SECONDS") ?? "0", CultureInfo.InvariantCulture);
        long started = Stopwatch.GetTimestamp();
        int judged = 0;
        for (int seed = 1; seed <= 300 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; seed++)
        {
            var random = new Random(seed);
            string text = HostileText.Schema(random);
            using JsonDocument? json = HostileText.TryParse(text);
            if (json is null || DocumentSchema.Parse(json.RootElement, out _) is not { } schema)
            {
                continue;
            }

            for (int number = 0; number < 3; number++)
            {
                string document = HostileText.Document(random);
                byte[] body = Encoding.UTF8.GetBytes(document);
                long begun = Stopwatch.GetTimestamp();
                SchemaVerdict verdict = schema.Judge(body, budget: null, DocumentSchema.WorkOf(body.Length));
                Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"seed {seed}: {text} took {Stopwatch.GetElapsedTime(begun)} for {document[..Math.Min(document.Length, 200)]}");
                Assert.Equal(verdict.Outcome == SchemaOutcome.Passed, verdict.Faults.Count == 0);
                judged++;
            }
        }

        Assert.True(judged > 300, $"{judged} judged");
    }

    private static void AssertTooCostly(string schema, string document) => Assert.Equal(SchemaOutcome.TooCostly, Timed(schema, document).Outcome);

    private static SchemaVerdict Timed(string schema, string document)
    {
        long started = Stopwatch.GetTimestamp();
        SchemaVerdict verdict = Judging.Judge(schema, document);
        Assert.True(Stopwatch.GetElapsedTime(started) < Patience, Stopwatch.GetElapsedTime(started).ToString());
        return verdict;
    }
}
