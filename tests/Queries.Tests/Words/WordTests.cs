using DocService.Queries.Paths;
using DocService.Queries.Words;

namespace DocService.Queries.Tests.Words;

public sealed class WordTests
{
    private static string Broken(string text)
    {
        var words = new List<string>();
        WordBreaker.Read(text, words);
        return string.Join('|', words);
    }

    private static DocumentWords Read(string document, params string[] paths)
    {
        var words = new DocumentWords([.. paths.Select(text =>
        {
            Assert.True(DocumentPath.TryParse(text, out DocumentPath? path, out _));
            return path;
        })]);
        words.Read(Json.Bytes(document), Filtering.Facts, SearchLimit.None);
        return words;
    }

    private static TextQuery Query(string text)
    {
        Assert.True(TextQuery.TryParse(text, out TextQuery? query, out _));
        return query;
    }

    [Theory]
    [InlineData("The quick, brown fox.", "the|quick|brown|fox")]
    [InlineData("don't can’t 'quoted'", "don't|can't|quoted")]
    [InlineData("3.14 1,000 v2.0 a.b. example.com", "3.14|1,000|v2.0|a.b|example.com")]
    [InlineData("C++ -apple t:apple a_b __ x-y a/b", "c|apple|t|apple|a_b|x|y|a|b")]
    [InlineData("École ÅNGSTRÖM cafe\u0301 naïve", "ecole|angstrom|cafe|naive")]
    [InlineData("ΣΊΣΥΦΟΣ Йод ệ", "σισυφοσ|иод|e")]
    [InlineData("東京都 한국어 ไทย", "東京都|한국어|ไทย")]
    [InlineData("a😀b", "a|b")]
    [InlineData("𝒜b", "𝒜b")]
    [InlineData("", "")]
    [InlineData(" .,;:!? ", "")]
    public void Words_AreCutAndFolded(string text, string expected) => Assert.Equal(expected, Broken(text));

    [Fact]
    public void Words_TooLong_AreCut() => Assert.Equal(new string('a', 100), Broken(new string('a', 5000)));

    [Fact]
    public void Document_GivesTheWordsOfItsPaths()
    {
        DocumentWords words = Read("""{"t":"One two","b":["two three",{"x":"four","n":4}],"c":"five"}""", "t", "b");
        Assert.Equal(["one", "two", "", "two", "three", "", "four", ""], words.Words);
        Assert.Equal(5, words.Count);
        Assert.Equal(2, words.Frequencies()["two"]);
        Assert.Equal(4, words.Frequencies().Count);
        Assert.Equal(["a", "", "b", ""], Read("""{"o":[{"t":"a"},5,{"t":"b"}]}""", "o.t").Words);
    }

    [Fact]
    public void Document_WithTooManyWords_GivesTenThousand() =>
        Assert.Equal(10_000, Read($$"""{"t":["{{string.Join(' ', Enumerable.Range(0, 9_999))}}","x y z"]}""", "t").Count);

    [Theory]
    [InlineData("apple pie", true)]
    [InlineData("PIE", true)]
    [InlineData("apple cake", false)]
    [InlineData("app*", true)]
    [InlineData("pp*", false)]
    [InlineData("\"apple pie\"", true)]
    [InlineData("\"pie apple\"", false)]
    [InlineData("\"pie with\"", false)] // the phrase would reach over two strings
    [InlineData("-apple", true)]
    [InlineData("x:apple", false)]
    [InlineData("\"apple", true)]
    [InlineData("crème", true)]
    [InlineData("cre* \"with creme\"", true)]
    public void Query_AsksForAllItsWords(string text, bool expected) =>
        Assert.Equal(expected, Query(text).Matches(Read("""{"t":["Apple pie","with Crème"]}""", "t")));

    [Theory]
    [InlineData("")]
    [InlineData("++ - * \"\"")]
    [InlineData("\"...\"")]
    public void Query_WithoutAWord_IsRefused(string text)
    {
        Assert.False(TextQuery.TryParse(text, out _, out string? fault));
        Assert.Equal("There is no word in the search.", fault);
    }

    [Fact]
    public void Query_WithManyWords_IsRefused()
    {
        Assert.True(TextQuery.TryParse(string.Join(' ', Enumerable.Range(0, 64)), out _, out _));
        Assert.False(TextQuery.TryParse(string.Join(' ', Enumerable.Range(0, 65)), out _, out string? fault));
        Assert.Contains("64", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_IsHigherForMoreOccurrencesShorterDocumentsAndRarerWords()
    {
        double score = Ranking.Score(2, 100, 100, 10, 1000);
        Assert.Equal(6.2664, score, 4);
        Assert.True(Ranking.Score(3, 100, 100, 10, 1000) > score);
        Assert.True(Ranking.Score(2, 50, 100, 10, 1000) > score);
        Assert.True(Ranking.Score(2, 100, 100, 5, 1000) > score);
        Assert.True(Ranking.Score(1, 100, 100, 1000, 1000) > 0);
    }
}
