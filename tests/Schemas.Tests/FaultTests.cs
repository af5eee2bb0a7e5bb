using System.Text;
using System.Text.Json;

namespace DocService.Schemas.Tests;

/// <summary>What a document's author, and a schema's, is told.</summary>
public sealed class FaultTests
{
    [Fact]
    public void Violation_NamesEveryFaultWithItsPlaces()
    {
        const string Schema = """{"required":["name","a/b"],"properties":{"age":{"type":"integer","minimum":0},"tags":{"prefixItems":[true],"items":{"maxLength":3}}},"additionalProperties":false}""";
        SchemaVerdict verdict = Judging.Judge(Schema, """{"age":-1.5,"tags":["a","long","ok","longer"],"x~y":1}""");

        Assert.Equal(SchemaOutcome.Violated, verdict.Outcome);
        Assert.Equal(
            [
                ("", "/required", "the member 'name' is missing"),
                ("", "/required", "the member 'a/b' is missing"),
                ("/age", "/properties/age/type", "a number is here, where the schema wants an integer"),
                ("/age", "/properties/age/minimum", "the number must be at least 0"),
                ("/tags/1", "/properties/tags/items/maxLength", "the string has 4 characters, and at most 3 are wanted"),
                ("/tags/3", "/properties/tags/items/maxLength", "the string has 6 characters, and at most 3 are wanted"),
                ("/x~0y", "/additionalProperties", "nothing is allowed here"),
            ],
            verdict.Faults.Select(fault => (fault.Instance!, fault.Schema!, fault.Detail)));
    }

    [Fact]
    public void Violation_ThroughAReference_NamesTheKeywordWhereItStands() =>
        Assert.Equal("/$defs/n/type", Judging.Judge("""{"items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"integer"}}}""", "[1,\"s\"]").Faults.Single().Schema);

    [Fact]
    public void Violation_OfBranches_IsOneFaultOfTheWhole() =>
        Assert.Equal("/anyOf", Judging.Judge("""{"anyOf":[{"type":"string"},{"properties":{"a":{"type":"null"}}}]}""", """{"a":1}""").Faults.Single().Schema);

    [Fact]
    public void Violation_ManyFaults_NamesTwenty() =>
        Assert.Equal(SchemaVerdict.FaultsMax, Judging.Judge("""{"items":{"type":"string"}}""", $"[{string.Join(',', Enumerable.Range(0, 100))}]").Faults.Count);

    [Fact]
    public void Violation_AtAVeryLongName_HasNoPointer()
    {
        DocumentFault fault = Judging.Judge("""{"additionalProperties":false}""", $$"""{"{{new string('n', 2000)}}":1}""").Faults.Single();
        Assert.Null(fault.Instance);
        Assert.True(JsonSerializer.Serialize(fault).Length < 500);
    }

    [Theory]
    [InlineData("1e400", "")]
    [InlineData("1e20000000", "")]
    [InlineData("1e-29", "")]
    [InlineData("0e99999999999999999999", "")]
    [InlineData("[0,-0.0E-1001]", "/1")]
    [InlineData("79228162514264337593543950336", "")]
    [InlineData("[0,{\"a/b\":[1,0.12345678901234567890123456789]}]", "/1/a~1b/1")]
    [InlineData("{\"a\":{},\"b\":-1E+30}", "/b")]
    public void Number_ThatADecimalDoesNotHold_IsNamedByItsPointer(string document, string at)
    {
        SchemaVerdict verdict = Judging.Judge("""{"multipleOf":0.1}""", document);
        Assert.Equal(SchemaOutcome.NumberOutOfRange, verdict.Outcome);
        Assert.Equal(at, verdict.Faults.Single().Instance);
    }

    [Theory]
    [InlineData("79228162514264337593543950335")]
    [InlineData("-0.0000000000000000000000000001")]
    [InlineData("1e28")]
    [InlineData("10000000000000000000000000000000e-4")]
    [InlineData("0e1000")]
    [InlineData("0.10000000000000000000000000000000000000")]
    [InlineData("1e-00000000000000000000000000000000000001")]
    public void Number_ThatADecimalHolds_IsTaken(string document) => Assert.Equal(SchemaOutcome.Passed, Judging.Judge("true", document).Outcome);

    [Theory]
    [InlineData("1", "")]
    [InlineData("{\"properties\":{\"a\":[]}}", "/properties/a")]
    [InlineData("{\"properties\":[]}", "/properties")]
    [InlineData("{\"type\":\"float\"}", "/type")]
    [InlineData("{\"type\":[]}", "/type")]
    [InlineData("{\"type\":[\"null\",\"null\"]}", "/type")]
    [InlineData("{\"enum\":1}", "/enum")]
    [InlineData("{\"multipleOf\":0}", "/multipleOf")]
    [InlineData("{\"multipleOf\":1e20000000}", "/multipleOf")]
    [InlineData("{\"const\":{\"a\":[1,1e400]}}", "/const/a/1")]
    [InlineData("{\"exclusiveMinimum\":true}", "/exclusiveMinimum")]
    [InlineData("{\"minLength\":-1}", "/minLength")]
    [InlineData("{\"maxItems\":1.5}", "/maxItems")]
    [InlineData("{\"items\":[{}]}", "/items")]
    [InlineData("{\"additionalItems\":true}", "/additionalItems")]
    [InlineData("{\"dependencies\":{}}", "/dependencies")]
    [InlineData("{\"pattern\":\"(a\"}", "/pattern")]
    [InlineData("{\"pattern\":\"a\\\\Z\"}", "/pattern")]
    [InlineData("{\"pattern\":\"(?>a)\"}", "/pattern")]
    [InlineData("{\"pattern\":\"\\\\p{Klingon}\"}", "/pattern")]
    [InlineData("{\"patternProperties\":{\"[z-a]\":true}}", "/patternProperties/[z-a]")]
    [InlineData("{\"required\":[\"a\",\"a\"]}", "/required")]
    [InlineData("{\"dependentRequired\":{\"a\":[1]}}", "/dependentRequired/a")]
    [InlineData("{\"allOf\":[]}", "/allOf")]
    [InlineData("{\"allOf\":[true,{\"not\":3}]}", "/allOf/1/not")]
    [InlineData("{\"format\":\"e-mail\"}", "/format")]
    [InlineData("{\"title\":1}", "/title")]
    [InlineData("{\"examples\":1}", "/examples")]
    [InlineData("{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "/$schema")]
    [InlineData("{\"$anchor\":\"1\"}", "/$anchor")]
    [InlineData("{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}", "/$defs/b/$anchor")]
    [InlineData("{\"$id\":\"#x\"}", "/$id")]
    [InlineData("{\"$defs\":{\"a\":{\"$id\":\"x\"},\"b\":{\"$id\":\"x\"}}}", "/$defs/b/$id")]
    [InlineData("{\"$defs\":{\"a\":{\"$ref\":\"https://example.org/other\"}}}", "/$defs/a/$ref")]
    [InlineData("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "/$ref")]
    [InlineData("{\"$ref\":\"other.json\"}", "/$ref")]
    [InlineData("{\"$ref\":\"/etc/passwd\"}", "/$ref")]
    [InlineData("{\"$ref\":\"#/$defs/none\"}", "/$ref")]
    [InlineData("{\"$ref\":\"#none\"}", "/$ref")]
    [InlineData("{\"$ref\":\"#/maximum\",\"maximum\":1}", "/$ref")]
    [InlineData("{\"$dynamicRef\":\"#none\"}", "/$dynamicRef")]
    [InlineData("{\"$ref\":\"http://[\"}", "/$ref")]
    [InlineData("{\"$ref\":\"#\"}", "/$ref")]
    [InlineData("{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[true,{\"$ref\":\"#\"}]}}}", "/$defs/a/anyOf/1/$ref")]
    [InlineData("{\"$dynamicAnchor\":\"x\",\"not\":{\"$dynamicRef\":\"#x\"}}", "/not/$dynamicRef")]
    public void Schema_WithAFault_IsRefusedAtItsPlace(string schema, string at) => Assert.Equal(at, Judging.Fault(schema).At);

    [Fact]
    public void Schema_ManyPatternsOrNames_IsRefusedAtItsPlace()
    {
        string many = string.Join(',', Enumerable.Range(0, SchemaLimits.PatternsMax + 1).Select(number => $"\"p{number}\":true"));
        Assert.Equal($"/patternProperties/p{SchemaLimits.PatternsMax}", Judging.Fault($$$"""{"patternProperties":{{{{many}}}}}""").At);
        Assert.Equal("/required", Judging.Fault($$"""{"required":[{{string.Join(',', Enumerable.Range(0, SchemaLimits.NamesMax + 1).Select(number => $"\"{number}\""))}}]}""").At);
        Assert.Equal("/pattern", Judging.Fault($$"""{"pattern":"{{new string('a', 1001)}}"}""").At);
    }

    /// <summary>A pointer of each place would hold all names above it, for each of thousands of places.</summary>
    [Fact]
    public void Schema_LongNamesAboveManyPlaces_TakesLittleMemory()
    {
        string inner = string.Join(',', Enumerable.Range(0, 3000).Select(number => $"\"{number}\":{{}}"));
        string schema = $$$"""{"properties":{"{{{new string('n', 30_000)}}}":{"properties":{ {{{inner}}} } } } }""";
        long before = GC.GetAllocatedBytesForCurrentThread();
        Judging.Schema(schema);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Encoding.UTF8.GetByteCount(schema) * 200L);
    }
}
