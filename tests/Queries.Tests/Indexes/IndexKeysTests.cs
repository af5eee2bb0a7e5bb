using System.Security.Cryptography;
using DocService.Queries.Indexes;

namespace DocService.Queries.Tests.Indexes;

public sealed class IndexKeysTests
{
    [Theory]
    [InlineData("a", """{"a":1}""", "05810B00")]
    [InlineData("a", "{}", "02")]
    [InlineData("a", """{"a":null}""", "02")]
    [InlineData("a", """{"a":[]}""", "0800")]
    [InlineData("a", """{"a":[1,1.0,null]}""", "02 05810B00 0805810B0005810B000200")]
    [InlineData("a", """{"a":[[1]]}""", "0805810B0000 080805810B000000")]
    [InlineData("-a", """{"a":1}""", "FA7EF4FF")]
    [InlineData("a,-b", """{"a":[true,false],"b":null}""", "080A0900FD 09FD 0AFD")]
    [InlineData("a.b", """{"a":[{"b":true},{},5]}""", "02 0A")]
    [InlineData("a.b", """{"a":[5]}""", "02")]
    [InlineData("/a", """{"a":[true]}""", "080A00")]
    [InlineData("$id", "{}", "0675736572732F616E6E0001")]
    public void Entries_OfADocument(string fields, string document, string expected)
    {
        IndexEntries entries = Indexing.Entries(Indexing.Index(fields), document);
        Assert.Equal(expected, string.Join(' ', entries.Keys.Select(Convert.ToHexString).Order(StringComparer.Ordinal)));
        Assert.False(entries.IsOverflow);
        Assert.False(entries.HasCutKeys);
        Assert.Empty(entries.Unique);
    }

    [Fact]
    public void Entries_MoreThanAThousand_AreOneOverflowEntry()
    {
        string Numbers(int from, int count) => string.Join(',', Enumerable.Range(from, count));
        IndexEntries most = Indexing.Entries(Indexing.Index("a"), $$"""{"a":[{{Numbers(0, 999)}}]}""");
        Assert.Equal(1000, most.Keys.Count);
        IndexEntries over = Indexing.Entries(Indexing.Index("a", unique: true), $$"""{"a":[{{Numbers(0, 1000)}}]}""");
        Assert.True(over.IsOverflow);
        Assert.Equal("00", Convert.ToHexString(Assert.Single(over.Keys)));
        Assert.Empty(over.Unique);
        Assert.True(over.MetArray[0]);
        IndexEntries product = Indexing.Entries(Indexing.Index("a,b"), $$"""{"a":[{{Numbers(0, 40)}}],"b":[{{Numbers(0, 40)}}]}""");
        Assert.True(product.IsOverflow);
        IndexEntries same = Indexing.Entries(Indexing.Index("a"), $$"""{"a":[{{string.Join(',', Enumerable.Repeat(1, 5000))}}]}""");
        Assert.Equal(2, same.Keys.Count);
    }

    [Fact]
    public void Entries_OfALongKey_AreCutWithADigestOfTheWhole()
    {
        string text = new('x', 600);
        IndexEntries entries = Indexing.Entries(Indexing.Index("a", unique: true), $$"""{"a":"{{text}}"}""");
        byte[] whole = Json.Key($"\"{text}\"");
        Assert.True(entries.HasCutKeys);
        Assert.Equal([.. whole[..480], .. SHA256.HashData(whole)], entries.Keys[0]);
        Assert.Equal(SHA256.HashData(whole), Assert.Single(entries.Unique).Digest);
    }

    [Theory]
    [InlineData("a", """{"a":1}""", "1")]
    [InlineData("a", """{"a":null}""", "")]
    [InlineData("a", "{}", "")]
    [InlineData("a", """{"a":[]}""", "")]
    [InlineData("a", """{"a":[1, 1.0, null, "x"]}""", "\"x\" 1")]
    [InlineData("a", """{"a":[[1], [ ]]}""", "[ ] [1]")]
    [InlineData("a.b", """{"a":[{"b":1},{}]}""", "1")]
    [InlineData("a.b", """{"a":[{"b":[1]},{"b":[[1]]}]}""", "1 [1]")]
    [InlineData("a,b", """{"a":1,"b":[2,3]}""", "1+2 1+3")]
    [InlineData("a,b", """{"a":1,"b":null}""", "")]
    [InlineData("/a", """{"a":[1, 2]}""", "[1, 2]")]
    public void Unique_TakesPartByWhatIsThereAndNotNull_AnArrayByItsElements(string fields, string document, string expected)
    {
        IndexEntries entries = Indexing.Entries(Indexing.Index(fields, unique: true), document);
        Assert.Equal(expected, string.Join(' ', entries.Unique.Select(key => string.Join('+', key.Values.Select(place => document[place]))).Order(StringComparer.Ordinal)));
        Assert.Equal(entries.Unique.Count, entries.Unique.Select(key => Convert.ToHexString(key.Digest)).Distinct().Count());
    }

    [Fact]
    public void Entries_OutsideAPartialIndex_AreNone()
    {
        IndexDefinition index = Indexing.Index("a", where: """{"b":{"$exists":true}}""");
        Assert.Empty(Indexing.Entries(index, """{"a":1}""").Keys);
        Assert.Single(Indexing.Entries(index, """{"a":1,"b":0}""").Keys);
    }

    [Fact]
    public void Entries_OfAFoldedIndex_HaveNoCase()
    {
        IndexDefinition index = Indexing.Index("a", fold: true);
        Assert.Equal(Indexing.Entries(index, """{"a":"Ann@X.org"}""").Keys, Indexing.Entries(index, """{"a":"aNN@x.ORG"}""").Keys);
    }

    [Theory]
    [InlineData("a", """{"a":1}""", false)]
    [InlineData("a", """{"a":[1]}""", true)]
    [InlineData("a", """{"a":[]}""", true)]
    [InlineData("a.b", """{"a":[5]}""", true)]
    [InlineData("a.b", """{"a":{"b":[]}}""", true)]
    [InlineData("a.b", """{"a":{"b":{"c":[1]}}}""", false)]
    [InlineData("/a", """{"a":[1]}""", false)]
    [InlineData("/a/0", """{"a":[1]}""", false)]
    public void MetArray_SaysWhetherThePathLedToOne(string field, string document, bool expected)
    {
        var traits = new IndexTraits(1);
        Assert.Equal(expected, traits.Add(Indexing.Entries(Indexing.Index(field), document)));
        Assert.Equal(expected, traits.MetArray[0]);
        Assert.False(traits.Add(Indexing.Entries(Indexing.Index(field), "{}")));
        Assert.Equal(expected, IndexTraits.Of(traits.MetArray, traits.HasCutKeys, traits.HasOverflow).MetArray[0]);
    }
}
