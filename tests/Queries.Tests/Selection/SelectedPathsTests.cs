using System.Buffers;
using System.Text;
using DocService.Queries.Paths;
using DocService.Queries.Selection;

namespace DocService.Queries.Tests.Selection;

public sealed class SelectedPathsTests
{
    private static string Select(string paths, string document)
    {
        Assert.True(SelectedPaths.TryParse(paths, out SelectedPaths? selected, out QueryFault? fault), fault?.Detail);
        var output = new ArrayBufferWriter<byte>();
        selected.Write(Json.Bytes(document), output, SearchLimit.None);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Theory]
    [InlineData("a", """{"b":1, "a" : 1.0 }""", """{"a":1.0}""")]
    [InlineData("a", """{"\u0061":"\u00e9", "b":2}""", """{"\u0061":"\u00e9"}""")]
    [InlineData("b,a", """{"a":1,"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("a", """{"a":{ "x" : [1, 2] },"b":0}""", """{"a":{ "x" : [1, 2] }}""")]
    [InlineData("a.b", """{"a":{"b":1,"c":2},"d":3}""", """{"a":{"b":1}}""")]
    [InlineData("a.b", """{"a":{"c":2}}""", """{"a":{}}""")]
    [InlineData("a.b", """{"a":5}""", "{}")]
    [InlineData("a.b", """{"a":[{"b":1,"c":2},5,{"c":3},null,{"b":[4]}]}""", """{"a":[{"b":1},{},{"b":[4]}]}""")]
    [InlineData("a.b", """{"a":[[{"b":1}],{"b":2}]}""", """{"a":[{"b":2}]}""")]
    [InlineData("a.b", """{"a":[]}""", """{"a":[]}""")]
    [InlineData("a.b,a.c.d", """{"a":{"b":1,"c":{"d":2,"e":3}}}""", """{"a":{"b":1,"c":{"d":2}}}""")]
    [InlineData("a,a.b", """{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("a.1", """{"a":[1,[2],3]}""", """{"a":[[2]]}""")]
    [InlineData("a.1", """{"a":{"1":2,"2":3}}""", """{"a":{"1":2}}""")]
    [InlineData("a.0.b", """{"a":[{"b":1,"c":2},{"b":3}]}""", """{"a":[{"b":1},{}]}""")]
    [InlineData("x", """{"a":1}""", "{}")]
    [InlineData("a", "5", "null")]
    [InlineData("b", """[{"b":1,"c":2},7]""", """[{"b":1}]""")]
    [InlineData("/a/b", """{"a":{"b":1,"c":2}}""", """{"a":{"b":1}}""")]
    [InlineData("/a/b", """{"a":[{"b":1}]}""", """{"a":[]}""")]
    [InlineData("/a/1,b", """{"a":[1,2],"b":3}""", """{"a":[2],"b":3}""")]
    [InlineData("/a.b", """{"a.b":1,"a":{"b":2}}""", """{"a.b":1}""")]
    [InlineData("$id,a", """{"a":1}""", """{"a":1}""")]
    public void Write_KeepsStructureAndBytes(string paths, string document, string expected) => Assert.Equal(expected, Select(paths, document));

    [Fact]
    public void Facts_AreNamed()
    {
        Assert.True(SelectedPaths.TryParse(Json.Bytes("""["$id","a,b","$version"]"""), out SelectedPaths? selected, out _));
        Assert.Equal([DocumentFact.Id, DocumentFact.Version], selected.Facts);
    }

    [Theory]
    [InlineData("", "/0")]
    [InlineData("a,,b", "/1")]
    [InlineData("a,a", "/1")]
    [InlineData("$nope", "/0")]
    public void Faults_OfTheShortForm_ArePointedAt(string text, string at)
    {
        Assert.False(SelectedPaths.TryParse(text, out _, out QueryFault? fault));
        Assert.Equal(("invalid-select", at), (fault.Kind, fault.At));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("[]", "")]
    [InlineData("[", "")]
    [InlineData("""["a",5]""", "/1")]
    public void Faults_OfTheLongForm_ArePointedAt(string json, string at)
    {
        Assert.False(SelectedPaths.TryParse(Json.Bytes(json), out _, out QueryFault? fault));
        Assert.Equal(("invalid-select", at), (fault.Kind, fault.At));
    }
}
