using DocService.Storage.Documents;

namespace DocService.Storage.Tests.Documents;

public sealed class DocumentPathTests
{
    [Theory]
    [InlineData("users/42", 0x22, "users%2F42.json")]
    [InlineData("a", 0xca, "a.json")]
    [InlineData(".tmp-0", 0xa6, "%2Etmp-0.json")]
    [InlineData("con", 0x11, "con.json")]
    [InlineData("A", 0x55, "%41.json")]
    [InlineData("é", 0x4a, "%C3%A9.json")]
    [InlineData("a..b", 0xf6, "a..b.json")]
    [InlineData("%2F", 0x40, "%252%46.json")]
    [InlineData("~", 0x7a, "%7E.json")]
    public void Of_Id_GivesTheNameThatFormatVersion1Fixes(string id, int shard, string name)
    {
        DocumentPath path = DocumentPath.Of(DocumentKey.Create(id));

        Assert.Equal((shard, name), (path.Shard, path.Name));
    }

    [Fact]
    public void Of_LongIds_KeepsAPrefixAndEndsInTheHash()
    {
        string id = new('x', DocumentKey.BytesMax);

        string name = DocumentPath.Of(DocumentKey.Create(id)).Name;

        Assert.Equal(DocumentPath.NameBytesMax, name.Length);
        Assert.StartsWith(new string('x', 162) + "~", name, StringComparison.Ordinal);
        Assert.EndsWith(".json", name, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_IdAtTheLimitOfPlainNames_IsNotShortened()
    {
        Assert.DoesNotContain('~', DocumentPath.Of(DocumentKey.Create(new string('x', 195))).Name);
        Assert.Contains('~', DocumentPath.Of(DocumentKey.Create(new string('x', 196))).Name);
    }

    [Fact]
    public void Of_LongIdOfEscapes_IsNeverCutInsideAnEscape()
    {
        for (int plain = 0; plain < 6; plain++)
        {
            string name = DocumentPath.Of(DocumentKey.Create(new string('a', plain) + new string('Ä', 200))).Name;

            string prefix = name[..name.IndexOf('~', StringComparison.Ordinal)];
            Assert.Equal(plain + (prefix.Length - plain) / 3 * 3, prefix.Length);
        }
    }

    [Fact]
    public void Of_ManyIds_NamesDifferEvenWhenCaseIsIgnored()
    {
        // Every string of up to three of these, the ones that trip escaping, case folding and path handling.
        string[] alphabet = ["a", "A", "/", ".", "%", "2", "F", "f", "~", "ä", "a\u0308", "-", " ", "\\", ":"];
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (string x in alphabet)
        {
            foreach (string y in alphabet.Prepend(string.Empty))
            {
                foreach (string z in alphabet.Prepend(string.Empty))
                {
                    ids.Add(x + y + z);
                }
            }
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string id in ids)
        {
            if (DocumentKey.TryCreate(id, out DocumentKey key, out _))
            {
                string name = DocumentPath.Of(key).Name;
                Assert.True(names.Add(name), $"'{id}' shares the name '{name}'");
                Assert.Matches(@"^[a-z0-9_%-][A-Za-z0-9._%-]*\.json$", name);
            }
        }
    }
}
