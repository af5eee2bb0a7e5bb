using System.Text;
using DocService.Api.Ids;

namespace DocService.Api.Tests.Ids;

/// <summary>Escapes are decoded once, strictly.</summary>
public sealed class PercentDecodingTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("abc", "616263")]
    [InlineData("%00%7f%FF", "007FFF")]
    [InlineData("a%2Fb%2fc", "612F622F63")]
    [InlineData("%252F", "253246")]
    [InlineData("%C3%A9", "C3A9")]
    [InlineData("+", "2B")]
    public void TryDecode_WellFormed_GivesTheBytes(string text, string bytes)
    {
        byte[] buffer = new byte[text.Length];
        Assert.True(PercentDecoding.TryDecode(text, buffer, out int written));
        Assert.Equal(bytes, Convert.ToHexString(buffer.AsSpan(0, written)));
    }

    [Theory]
    [InlineData("%", 0)]
    [InlineData("ab%", 2)]
    [InlineData("ab%4", 2)]
    [InlineData("%41%4G", 1)]
    [InlineData("%41%%41", 1)]
    [InlineData("%u0041", 0)]
    [InlineData("% 41", 0)]
    [InlineData("a\u00e9", 1)]
    [InlineData("a\uFF11", 1)]
    public void TryDecode_Malformed_SaysHowManyBytesStandBeforeTheFault(string text, int before)
    {
        Assert.False(PercentDecoding.TryDecode(text, new byte[text.Length], out int written));
        Assert.Equal(before, written);
    }

    [Fact]
    public void TryDecode_EveryByteEscaped_ComesBack()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        foreach (string format in new[] { "X2", "x2" })
        {
            var text = new StringBuilder();
            foreach (byte value in all)
            {
                text.Append('%').Append(value.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
            }

            byte[] buffer = new byte[text.Length];
            Assert.True(PercentDecoding.TryDecode(text.ToString(), buffer, out int written));
            Assert.Equal(all, buffer[..written]);
        }
    }
}
