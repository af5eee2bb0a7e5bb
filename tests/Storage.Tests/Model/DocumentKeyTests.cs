using System.Text;

namespace DocService.Storage.Tests.Model;

public sealed class DocumentKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("users/42")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("...")]
    [InlineData(".a/..b/c..")]
    [InlineData("con")]
    [InlineData("\u0080")]
    [InlineData("😀")]
    [InlineData(" ")]
    public void TryCreate_ValidId_IsTaken(string id)
    {
        Assert.True(DocumentKey.TryCreate(id, out DocumentKey fromText, out _));
        Assert.True(DocumentKey.TryCreate(Encoding.UTF8.GetBytes(id), out DocumentKey fromBytes, out _));
        Assert.Equal(fromText, fromBytes);
        Assert.Equal(id, fromBytes.Id);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(".", 0)]
    [InlineData("..", 0)]
    [InlineData("a/../b", 2)]
    [InlineData("ä/.", 3)]
    [InlineData("a\u0000", 1)]
    [InlineData("ab\u001f", 2)]
    [InlineData("\u007f", 0)]
    [InlineData("ä\n\u007f", 2)]
    public void TryCreate_InvalidId_NamesTheByte(string id, int position)
    {
        Assert.False(DocumentKey.TryCreate(id, out _, out InvalidId? fromText));
        Assert.False(DocumentKey.TryCreate(Encoding.UTF8.GetBytes(id), out _, out InvalidId? fromBytes));
        Assert.Equal(position, fromText.BytePosition);
        Assert.Equal(fromText, fromBytes);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xff }, 1)]
    [InlineData(new byte[] { 0xc0, 0xaf }, 0)]
    [InlineData(new byte[] { 0x61, 0x62, 0xed, 0xa0, 0x80 }, 2)]
    [InlineData(new byte[] { 0xe2, 0x82 }, 0)]
    public void TryCreate_InvalidUtf8_NamesTheByte(byte[] id, int position)
    {
        Assert.False(DocumentKey.TryCreate(id, out _, out InvalidId? error));
        Assert.Equal(position, error.BytePosition);
    }

    [Fact]
    public void TryCreate_LoneSurrogate_IsRefused() =>
        Assert.False(DocumentKey.TryCreate("a\ud800", out _, out _));

    [Fact]
    public void TryCreate_LengthIsCountedInBytes()
    {
        Assert.True(DocumentKey.TryCreate(new string('x', 1024), out _, out _));
        Assert.False(DocumentKey.TryCreate(new string('x', 1025), out _, out _));
        Assert.True(DocumentKey.TryCreate(new string('ä', 512), out _, out _));
        Assert.False(DocumentKey.TryCreate(new string('ä', 513), out _, out _));
    }

    [Fact]
    public void Equals_CaseAndNormalisationTwins_AreDifferentDocuments()
    {
        Assert.NotEqual(DocumentKey.Create("a"), DocumentKey.Create("A"));
        Assert.NotEqual(DocumentKey.Create("\u00e4"), DocumentKey.Create("a\u0308"));
    }
}
