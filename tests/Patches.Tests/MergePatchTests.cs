namespace DocService.Patches.Tests;

public sealed class MergePatchTests
{
    /// <summary>RFC 7396, appendix A: original, patch, result.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Apply_TheAppendix_MakesItsResults(string document, string patch, string expected) => Assert.Equal(expected, Patching.Merge(document, patch).Text);

    [Theory]
    [InlineData("""{ "a" : 1.50 , "b":"é" , "c" : [ 1,2 ] }""", """{"b":2}""", """{ "a" : 1.50 , "b":2 , "c" : [ 1,2 ] }""")]
    [InlineData("""{ "a": 1, "b": 2, "c": 3 }""", """{"b":null}""", """{ "a": 1, "c": 3 }""")]
    [InlineData("""{ "a": 1, "b": 2, "c": 3 }""", """{"a":null}""", """{ "b": 2, "c": 3 }""")]
    [InlineData("""{ "a": 1, "b": 2, "c": 3 }""", """{"a":null,"b":null}""", """{ "c": 3 }""")]
    [InlineData("""{ "a": 1, "b": 2, "c": 3 }""", """{"c":null,"b":null}""", """{ "a": 1 }""")]
    [InlineData("""{ "a": 1, "b": 2 }""", """{"a":null,"b":null}""", "{ }")]
    [InlineData("""{ "a": 1, "b": 2 }""", """{"a":null,"b":null,"n":{"x":[null,{"y":null}]}}""", """{"n":{"x":[null,{"y":null}]} }""")]
    [InlineData("{\n  \"a\": 1\n}", """{"b":  1e400}""", "{\n  \"a\": 1,\"b\":1e400\n}")]
    [InlineData(" {} ", """{"b":1}""", """ {"b":1} """)]
    [InlineData("""{"\u0061":1}""", """{"a":2}""", """{"\u0061":2}""")]
    [InlineData("""{"a":1}""", """{"\u0061":2,"\u0062":3}""", """{"a":2,"\u0062":3}""")]
    [InlineData("""{"a":{"x": 1, "y":2},"b":0}""", """{"a":{"x":null,"z":{"q":null,"r":1}}}""", """{"a":{ "y":2,"z":{"r":1}},"b":0}""")]
    [InlineData("""{"a,b":1, "c" : {"," : ","}}""", """{"a,b":null}""", """{ "c" : {"," : ","}}""")]
    [InlineData("""{"a":1}""", " {} ", """{"a":1}""")]
    public void Apply_WhatIsNotNamed_KeepsItsBytes(string document, string patch, string expected) => Assert.Equal(expected, Patching.Merge(document, patch).Text);

    [Fact]
    public void Apply_WhereNoDocumentIs_MakesOneWithoutNulls() =>
        Assert.Equal("""{"a":1,"c":{ }}""", Patching.Merge(null, """{"a":1,"b":null,"c":{ "d":null }}""").Text);

    [Fact]
    public void Apply_PastTheLargestDocument_IsTooLarge() =>
        Assert.Equal(PatchFaultKind.TooLarge, Patching.Merge($$"""{"a":"{{new string('x', 40_000)}}"}""", $$"""{"b":"{{new string('x', 40_000)}}"}""").Fault!.Kind);

    /// <summary>Each level passes over what is below it, so depth times size is bounded, too.</summary>
    [Fact]
    public void Apply_DeepAndLarge_IsTooMuchWork()
    {
        string Deep(string inner, int depth) => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + inner + new string('}', depth);
        PatchLimits limits = Patching.Limits with { BytesMax = 1 << 20, DepthMax = 128 };
        string large = $"\"{new string('x', 900_000)}\"";
        Assert.Equal(PatchFaultKind.TooLarge, Patching.Merge(Deep("1", 100), Deep(large, 100), limits).Fault!.Kind);
        Assert.Equal(Deep(large, 10), Patching.Merge(Deep("1", 10), Deep(large, 10), limits).Text);
    }

    /// <summary>Against the rule of RFC 7396 section 2 in the plainest form, over trees.</summary>
    [Fact]
    public void Apply_RandomDocumentsAndPatches_AgreesWithTheRfcsOwnFunction()
    {
        var random = new Random(7396);
        for (int round = 0; round < 2000; round++)
        {
            string document = RandomJson.Make(random, depth: 3);
            string patch = RandomJson.Make(random, depth: 3);
            string? made = Patching.Merge(document, patch).Text;
            Assert.True(RandomJson.Same(made!, RandomJson.MergedBySpec(document, patch)), $"round {round}: {document} with {patch} became {made}");
        }
    }
}
