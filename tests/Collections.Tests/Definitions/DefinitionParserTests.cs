using System.Text;
using DocService.Collections.Definitions;

namespace DocService.Collections.Tests.Definitions;

public sealed class DefinitionParserTests
{
    [Fact]
    public void Parse_EveryMember_IsTaken()
    {
        Collection collection = Parse("""
            {"prefix":"users/","indexes":{
              "by-email":{"fields":["email"],"unique":true,"fold":true,"where":{"active":true}},
              "by-age":{"fields":[{"path":"age","descending":true},"address.city","-name"]},
              "words":{"text":["title","body"]}}}
            """);
        Assert.Equal("users/", collection.Prefix);
        Assert.Equal(["by-email", "by-age", "words"], collection.Indexes.Select(index => index.Name));
        Assert.Equal(["by-email"], collection.Unique.Select(index => index.Name));
        Assert.True(collection.Indexes[0].Keys is { IsFolded: true, IsUnique: true, Where: not null });
        Assert.Equal([true, false, true], collection.Indexes[1].Keys!.Fields.Select(field => field.IsDescending));
        Assert.True(collection.Indexes[2].IsText);
        Assert.All(collection.Indexes, index => Assert.Equal("users/", index.Declared.Prefix));
    }

    [Theory]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"indexes":{"a":{"unique":false,"fields":["x"]}},"prefix":"u/"}""", true)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"a":{"fields":["y"]}}}""", false)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"b":{"fields":["x"]}}}""", false)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"a":{"fields":["x"],"fold":true}}}""", false)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"a":{"fields":["x"],"unique":true}}}""", false)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"a":{"fields":["x"],"where":{"y":1}}}}""", false)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"a":{"fields":[{"path":"x","descending":true}]}}}""", false)]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"]}}}""", """{"prefix":"u/","indexes":{"a":{"text":["x"]}}}""", false)]
    public void Identity_ChangesWithWhatChangesEntriesAndWithNothingElse(string one, string other, bool isSame) =>
        Assert.Equal(isSame, Parse(one).Indexes[0].Declared.Identity == Parse(other).Indexes[0].Declared.Identity);

    [Fact]
    public void Parse_TimeToLive_IsSecondsOrAField()
    {
        Assert.Null(Parse("""{"prefix":"u/"}""").TimeToLive);
        Assert.Equal(TimeSpan.FromSeconds(1), Parse("""{"prefix":"u/","timeToLive":1}""").TimeToLive!.Duration);
        Assert.Equal(TimeSpan.FromDays(36525), Parse("""{"timeToLive":3155760000,"prefix":"u/"}""").TimeToLive!.Duration);
        TimeToLive field = Parse("""{"prefix":"u/","timeToLive":{"field":"valid.until"}}""").TimeToLive!;
        Assert.Equal((null, "valid.until"), (field.Duration, field.Field!.Text));
        Assert.Equal("/a.b", Parse("""{"prefix":"u/","timeToLive":{"field":"/a.b"}}""").TimeToLive!.Field!.Text);
    }

    [Fact]
    public void Parse_History_IsACountOfVersions()
    {
        Assert.Equal(0, Parse("""{"prefix":"u/"}""").History);
        Assert.Equal(1, Parse("""{"prefix":"u/","history":1}""").History);
        Assert.Equal(1000, Parse("""{"history":1000,"prefix":"u/"}""").History);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("""{"prefix":"u/","history":0}""", "/history")]
    [InlineData("""{"prefix":"u/","history":-1}""", "/history")]
    [InlineData("""{"prefix":"u/","history":1001}""", "/history")]
    [InlineData("""{"prefix":"u/","history":1.5}""", "/history")]
    [InlineData("""{"prefix":"u/","history":1e20}""", "/history")]
    [InlineData("""{"prefix":"u/","history":"10"}""", "/history")]
    [InlineData("""{"prefix":"u/","history":true}""", "/history")]
    [InlineData("""{"prefix":"u/","history":null}""", "/history")]
    [InlineData("""{"prefix":"u/","history":{"versions":10}}""", "/history")]
    [InlineData("{", "")]
    [InlineData("{}", "")]
    [InlineData("""{"prefix":"u/","schemas":{}}""", "/schemas")]
    [InlineData("""{"prefix":"u/","timetolive":1}""", "/timetolive")]
    [InlineData("""{"prefix":"u/","timeToLive":null}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":"3600"}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":0}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":-1}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":1.5}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":3155760001}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":1e20}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":["expiresAt"]}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":{}}""", "/timeToLive")]
    [InlineData("""{"prefix":"u/","timeToLive":{"field":7}}""", "/timeToLive/field")]
    [InlineData("""{"prefix":"u/","timeToLive":{"field":""}}""", "/timeToLive/field")]
    [InlineData("""{"prefix":"u/","timeToLive":{"field":"$modified"}}""", "/timeToLive/field")]
    [InlineData("""{"prefix":"u/","timeToLive":{"field":"x","seconds":1}}""", "/timeToLive/seconds")]
    [InlineData("""{"prefix":"u"}""", "/prefix")]
    [InlineData("""{"prefix":"/../"}""", "/prefix")]
    [InlineData("""{"prefix":"\u0000u/"}""", "/prefix")]
    [InlineData("""{"prefix":7}""", "/prefix")]
    [InlineData("""{"prefix":"u/","indexes":[]}""", "/indexes")]
    [InlineData("""{"prefix":"u/","indexes":{"a/b":{"fields":["x"]}}}""", "/indexes/a~1b")]
    [InlineData("""{"prefix":"u/","indexes":{"a":[]}}""", "/indexes/a")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{}}}""", "/indexes/a")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":[]}}}""", "/indexes/a/fields")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x",""]}}}""", "/indexes/a/fields/1")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x","x"]}}}""", "/indexes/a/fields/1")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":[{"path":"x","up":true}]}}}""", "/indexes/a/fields/0")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"],"unique":1}}}""", "/indexes/a/unique")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"],"uniqe":true}}}""", "/indexes/a/uniqe")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["$version"],"unique":true}}}""", "/indexes/a/fields/0")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"],"unique":true,"where":{"$or":[{"$type":"x"},{"y":1}]}}}}""", "/indexes/a/where")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"fields":["x"],"where":{"y":{"$gt":1,"$foo":2}}}}}""", "/indexes/a/where/y/$foo")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"text":["x"],"fold":true}}}""", "/indexes/a/fold")]
    [InlineData("""{"prefix":"u/","indexes":{"a":{"text":["$id"]}}}""", "/indexes/a/text/0")]
    public void Parse_Fault_IsNamedByItsPointer(string json, string at)
    {
        Assert.Null(DefinitionParser.Parse("c", Encoding.UTF8.GetBytes(json), out DefinitionFault? fault));
        Assert.Equal(at, fault!.At);
        Assert.EndsWith(".", fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users", true)]
    [InlineData("a.B-9_", true)]
    [InlineData("", false)]
    [InlineData(".a", false)]
    [InlineData("a/b", false)]
    [InlineData("é", false)]
    public void Name_IsWhatNeedsNoEscape(string name, bool isValid) => Assert.Equal(isValid, CollectionName.IsValid(name));

    [Fact]
    public void Find_PrefixesBesideEachOther_FindsTheOneOfTheId()
    {
        CollectionSet set = CollectionSet.Empty.With(Collection("a", "a/")).With(Collection("ab", "ab/")).With(Collection("b", "b/c/"));
        Assert.Equal("a", set.Find("a/x")?.Name);
        Assert.Equal("ab", set.Find("ab/")?.Name);
        Assert.Equal("b", set.Find("b/c/d")?.Name);
        Assert.Null(set.Find("a"));
        Assert.Null(set.Find("b/x"));
        Assert.Null(set.Find("c"));
        Assert.Equal("b", set.FindOverlap("new", "b/")?.Name);
        Assert.Equal("b", set.FindOverlap("new", "b/c/d/")?.Name);
        Assert.Null(set.FindOverlap("b", "b/c/"));
    }

    private static Collection Collection(string name, string prefix) => new() { Name = name, Prefix = prefix, Indexes = [] };

    private static Collection Parse(string json)
    {
        Collection? collection = DefinitionParser.Parse("c", Encoding.UTF8.GetBytes(json), out DefinitionFault? fault);
        Assert.True(collection is not null, $"{fault?.At}: {fault?.Detail}");
        return collection;
    }
}
