namespace DocService.Schemas.Tests;

/// <summary>What each keyword takes and refuses (draft 2020-12, validation and core).</summary>
public sealed class KeywordTests
{
    [Theory]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    [InlineData("{}", "null", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1e2", true)]
    [InlineData("""{"type":"integer"}""", "9007199254740993.5", false)] // a double would make an integer of it
    [InlineData("""{"type":"integer"}""", "\"1\"", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"type":["string","null"]}""", "false", false)]
    [InlineData("""{"type":"number"}""", "1", true)]
    [InlineData("""{"enum":[1,{"a":[1,2]},"x"]}""", """{"a":[1.0,2]}""", true)]
    [InlineData("""{"enum":[1,{"a":[1,2]},"x"]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"const":{"a":1,"b":2}}""", """{"b":2,"a":1}""", true)]
    [InlineData("""{"const":0}""", "false", false)]
    [InlineData("""{"const":0}""", "-0", true)]
    [InlineData("""{"const":"\u0061"}""", "\"a\"", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.02", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.021", false)]
    [InlineData("""{"multipleOf":1e-8}""", "12391239123", true)]
    [InlineData("""{"multipleOf":0.0000000000000000000000000001}""", "79228162514264337593543950335", true)]
    [InlineData("""{"multipleOf":3}""", "9007199254740993", true)]
    [InlineData("""{"multipleOf":3}""", "9007199254740992", false)]
    [InlineData("""{"maximum":3}""", "3", true)]
    [InlineData("""{"maximum":3}""", "3.0000000000000000000000001", false)]
    [InlineData("""{"exclusiveMaximum":3}""", "3.0", false)]
    [InlineData("""{"minimum":9007199254740993}""", "9007199254740992", false)]
    [InlineData("""{"exclusiveMinimum":0}""", "0.0000000000000000000000000001", true)]
    [InlineData("""{"maxLength":2}""", "\"\\ud83d\\ude00x\"", true)]
    [InlineData("""{"maxLength":2}""", "\"😀xy\"", false)]
    [InlineData("""{"minLength":2.0}""", "\"ä\"", false)]
    [InlineData("""{"pattern":"^a*$"}""", "\"aaa\\n\"", false)] // in .NET a $ matches before a line's end
    [InlineData("""{"pattern":"^\\d$"}""", "\"\u0669\"", false)]
    [InlineData("""{"pattern":"^\\w+$"}""", "\"é\"", false)]
    [InlineData("""{"pattern":"^.$"}""", "\"😀\"", true)]
    [InlineData("""{"pattern":"^.$"}""", "\"\\u2028\"", false)]
    [InlineData("""{"pattern":"^\\p{Letter}+$"}""", "\"πλ\"", true)]
    [InlineData("""{"pattern":"^(?=.*[0-9])(?=.*[a-z]).{4,}$"}""", "\"abc1\"", true)]
    [InlineData("""{"pattern":"^(?=.*[0-9])(?=.*[a-z]).{4,}$"}""", "\"abcd\"", false)]
    [InlineData("""{"pattern":"^[a-z-[aeiou]]+$"}""", "\"b]\"", true)] // two classes for .NET, one and a bracket for ECMA-262
    [InlineData("""{"pattern":"a"}""", "1", true)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[]", false)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[1,2]", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", false)]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2,"a":1}]""", false)]
    [InlineData("""{"uniqueItems":true}""", """[1,true,[1],"1",null,{"a":1}]""", true)]
    [InlineData("""{"uniqueItems":true}""", "[[\"a\"],[\"\\u0061\"]]", false)]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", """["a",1,2]""", true)]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", """["a","b"]""", false)]
    [InlineData("""{"contains":{"const":1}}""", "[2,1]", true)]
    [InlineData("""{"contains":{"const":1}}""", "[]", false)]
    [InlineData("""{"contains":{"const":1},"minContains":0}""", "[]", true)]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,1]", false)]
    [InlineData("""{"minContains":2}""", "[]", true)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"patternProperties":{"^x":false},"additionalProperties":{"type":"integer"}}""", """{"a":"s","b":1}""", true)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"patternProperties":{"^x":false},"additionalProperties":{"type":"integer"}}""", """{"xy":1}""", false)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"patternProperties":{"^x":false},"additionalProperties":{"type":"integer"}}""", """{"b":"s"}""", false)]
    [InlineData("""{"properties":{"ä\"":{"type":"string"}}}""", """{"\u00e4\"":1}""", false)]
    [InlineData("""{"required":["a","b"]}""", """{"a":1}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"c":1}""", true)]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"a":1}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"a":1,"bc":2}""", false)]
    [InlineData("""{"minProperties":1,"maxProperties":1}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "3", false)]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":2}]}""", "1", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "3", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "1", true)]
    [InlineData("""{"not":{"type":"null"}}""", "null", false)]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":5}}""", "\"\"", false)]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":5}}""", "6", true)]
    [InlineData("""{"then":false}""", "1", true)]
    public void Schema_OneDocument_PassesOrNot(string schema, string document, bool passes) => Assert.Equal(passes, Judging.Passes(schema, document));

    [Theory]
    [InlineData("""{"properties":{"a":true},"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"properties":{"a":true},"unevaluatedProperties":false}""", """{"b":1}""", false)]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"allOf":[{"properties":{"a":true}},{"unevaluatedProperties":false}]}""", """{"a":1}""", false)] // cousins do not see each other
    [InlineData("""{"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"anyOf":[{"properties":{"a":{"const":2}},"required":["a"]},{"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"not":{"not":{"properties":{"a":true}}},"unevaluatedProperties":false}""", """{"a":1}""", false)]
    [InlineData("""{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"properties":{"b":true}},"unevaluatedProperties":false}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"$ref":"#/$defs/x","unevaluatedProperties":false,"$defs":{"x":{"properties":{"a":true}}}}""", """{"a":1}""", true)]
    [InlineData("""{"dependentSchemas":{"a":{"properties":{"b":true}}},"properties":{"a":true},"unevaluatedProperties":false}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"allOf":[{"unevaluatedProperties":true}],"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"prefixItems":[true],"unevaluatedItems":false}""", "[1]", true)]
    [InlineData("""{"prefixItems":[true],"unevaluatedItems":false}""", "[1,2]", false)]
    [InlineData("""{"items":true,"unevaluatedItems":false}""", "[1,2]", true)]
    [InlineData("""{"contains":{"type":"string"},"unevaluatedItems":{"type":"integer"}}""", """["a",1]""", true)]
    [InlineData("""{"contains":{"type":"string"},"unevaluatedItems":{"type":"integer"}}""", """["a",null]""", false)]
    [InlineData("""{"allOf":[{"prefixItems":[true]}],"anyOf":[{"prefixItems":[true,{"const":2}]},true],"unevaluatedItems":false}""", "[1,2]", true)]
    public void Unevaluated_IsWhatNoOtherKeywordHasJudged(string schema, string document, bool passes) => Assert.Equal(passes, Judging.Passes(schema, document));

    [Theory]
    [InlineData("""{"$ref":"#/$defs/a~1b%25","$defs":{"a/b%":{"type":"integer"}}}""", "\"s\"", false)]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}""", """{"next":{"next":{"x":1}}}""", false)]
    [InlineData("""{"$id":"https://example.org/tree","$defs":{"n":{"$anchor":"node","type":"integer"}},"items":{"$ref":"tree#node"}}""", "[1,\"s\"]", false)]
    [InlineData("""{"$id":"urn:example:a","$defs":{"n":{"$id":"urn:example:b","type":"integer"}},"items":{"$ref":"urn:example:b"}}""", "[\"s\"]", false)]
    [InlineData("""{"$id":"https://example.org/a/","$defs":{"n":{"$id":"/c","$defs":{"d":{"type":"string"}},"$ref":"#/$defs/d"}},"$ref":"https://example.org/c"}""", "1", false)]
    [InlineData("""{"unknown":{"x":{"type":"string"}},"$ref":"#/unknown/x"}""", "1", false)]
    [InlineData("""{"definitions":{"x":{"type":"string"}},"$ref":"#/definitions/x"}""", "1", false)]
    [InlineData("""{"$ref":"#/prefixItems/0","prefixItems":[{"type":"array"}]}""", "[[]]", true)]
    [InlineData("""{"$ref":"#/$defs/x","maximum":3,"$defs":{"x":{"minimum":1}}}""", "4", false)] // siblings count
    public void Reference_InsideTheSchema_IsFollowed(string schema, string document, bool passes) => Assert.Equal(passes, Judging.Passes(schema, document));

    /// <summary>The example of the specification: a strict tree extends a tree, and its rule holds at every level.</summary>
    [Fact]
    public void DynamicReference_MeansTheOutermostAnchor()
    {
        const string Tree = """{"$id":"https://example.org/tree","$dynamicAnchor":"node","type":"object","properties":{"data":true,"children":{"type":"array","items":{"$dynamicRef":"#node"}}}}""";
        const string Strict = $$$"""{"$id":"https://example.org/strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,"$defs":{"tree":{{{Tree}}}}}""";

        Assert.True(Judging.Passes(Strict, """{"children":[{"data":1,"children":[]}]}"""));
        Assert.False(Judging.Passes(Strict, """{"children":[{"daat":1}]}"""));
        Assert.True(Judging.Passes(Tree, """{"children":[{"daat":1}]}"""));
        Assert.False(Judging.Passes(Tree, """{"children":[{"children":1}]}"""));
    }

    [Theory]
    [InlineData("email", "ann@example.org\n")]
    [InlineData("hostname", "example.org\n")]
    [InlineData("uri", "https://example.org/\n")]
    [InlineData("date-time", "2026-11-27T14:00:00Z\n")]
    [InlineData("date-time", "2026-11-27_14:00:00Z")]
    [InlineData("ipv6", "[::1]")]
    [InlineData("idn-hostname", "hello world!")]
    [InlineData("idn-email", "a b@x y")]
    public void Format_TheLibraryLetsPass_IsRefused(string format, string text) =>
        Assert.Equal(SchemaOutcome.Violated, Judging.Judge($$"""{"format":"{{format}}"}""", System.Text.Json.JsonSerializer.Serialize(text)).Outcome);

    [Theory]
    [InlineData("date", "2026-02-28", "2026-02-30")]
    [InlineData("date-time", "2026-11-27T14:00:00.5Z", "0000-01-01T00:00:00Z")] // the library throws on the year 0
    [InlineData("time", "14:00:00+01:00", "14:00:00")]
    [InlineData("duration", "P1DT2H", "P1D2H")]
    [InlineData("email", "ann@example.org", "ann@")]
    [InlineData("idn-email", "ann@bücher.example", "ann@b\\\"c")] // and on a quote in a domain
    [InlineData("hostname", "a-b.example", "-a.example")]
    [InlineData("ipv4", "192.0.2.1", "192.0.2.256")]
    [InlineData("ipv6", "2001:db8::1", "2001:db8::g")]
    [InlineData("uri", "https://example.org/a?b#c", "/a")]
    [InlineData("uri-reference", "/a", "\\\\a b")]
    [InlineData("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567")]
    [InlineData("json-pointer", "/a~1b", "/a~2")]
    [InlineData("regex", "^a(b|c)$", "^(a$")]
    public void Format_IsAsserted(string format, string right, string wrong)
    {
        string schema = $$"""{"format":"{{format}}"}""";
        Assert.True(Judging.Passes(schema, $"\"{right}\""));
        Assert.False(Judging.Passes(schema, $"\"{wrong}\""));
        Assert.True(Judging.Passes(schema, "1"));
    }
}
