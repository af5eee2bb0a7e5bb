using System.Diagnostics;
using System.Text;
using DocService.Api.Json;

namespace DocService.Api.Tests.Json;

/// <summary>What only bytes can get wrong, depth, and size.</summary>
public sealed class StrictJsonBytesTests
{
    /// <summary>Each takes a fraction of a second; where work grew with the square of the length, minutes.</summary>
    private static readonly TimeSpan Fast = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("22FF22", 1, 1)]
    [InlineData("2261C322", 1, 2)]
    [InlineData("22C08022", 1, 1)]
    [InlineData("22E0808022", 1, 1)]
    [InlineData("22EDA08022", 1, 1)]
    [InlineData("22F490808022", 1, 1)]
    [InlineData("2280 22", 1, 1)]
    [InlineData("5B0A22F09F9822 5D", 2, 1)]
    [InlineData("7B22FF223A317D", 1, 2)]
    [InlineData("31FF", 1, 1)]
    [InlineData("31FE00", 1, 1)]
    public void Check_InvalidUtf8Anywhere_IsRefusedAtItsFirstByte(string hex, long line, long bytePosition)
    {
        JsonError? error = StrictJson.Check(Convert.FromHexString(hex.Replace(" ", "20", StringComparison.Ordinal)), 128);
        Assert.Contains("UTF-8", error!.Reason, StringComparison.Ordinal);
        Assert.Equal((line, bytePosition), (error.Line, error.BytePosition));
    }

    [Theory]
    [InlineData("EFBBBF31")]
    [InlineData("EFBBBF")]
    public void Check_ByteOrderMark_IsRefused(string hex)
    {
        JsonError? error = StrictJson.Check(Convert.FromHexString(hex), 128);
        Assert.Contains("byte order mark", error!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Utf16_IsRefused()
    {
        Assert.NotNull(StrictJson.Check(Encoding.Unicode.GetBytes("[1]"), 128));
        Assert.NotNull(StrictJson.Check(Encoding.BigEndianUnicode.GetBytes("[1]"), 128));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(128)]
    [InlineData(1000)]
    public void Check_DepthAtTheLimit_IsTakenAndOneMoreIsRefused(int depth)
    {
        Assert.Null(StrictJson.Check(Nested(depth, "[", "]"), depth));
        Assert.Null(StrictJson.Check(Nested(depth, "{\"a\":", "}", "1"), depth));
        Assert.NotNull(StrictJson.Check(Nested(depth + 1, "[", "]"), depth));
        Assert.NotNull(StrictJson.Check(Nested(depth + 1, "{\"a\":", "}", "1"), depth));
    }

    [Fact]
    public void Check_VeryManyOpenBrackets_IsRefusedFast()
    {
        byte[] json = Encoding.ASCII.GetBytes(new string('[', 300_000));
        var watch = Stopwatch.StartNew();

        JsonError? error = StrictJson.Check(json, 128);

        Assert.Equal((1, 128), (error!.Line, error.BytePosition));
        Assert.True(watch.Elapsed < Fast, watch.Elapsed.ToString());
    }

    [Theory]
    [InlineData("name-{0}")]
    [InlineData("\\u006eame-{0}")]
    public void Check_VeryManyNamesInOneObject_IsFastAndFindsTheLastDuplicate(string pattern)
    {
        var text = new StringBuilder("{");
        for (int index = 0; index < 300_000; index++)
        {
            text.Append('"').AppendFormat(System.Globalization.CultureInfo.InvariantCulture, pattern, index).Append("\":0,");
        }

        string open = text.ToString();
        byte[] distinct = Encoding.ASCII.GetBytes(open + "\"last\":0}");
        byte[] duplicate = Encoding.ASCII.GetBytes(open + "\"name-31\":0}");
        var watch = Stopwatch.StartNew();

        Assert.Null(StrictJson.Check(distinct, 128));
        Assert.Equal(open.Length, StrictJson.Check(duplicate, 128)!.BytePosition);
        Assert.True(watch.Elapsed < Fast, watch.Elapsed.ToString());
    }

    [Fact]
    public void Check_VeryManyObjectsWithTheSameName_IsTakenFast()
    {
        byte[] json = Encoding.ASCII.GetBytes("[" + string.Join(',', Enumerable.Repeat("{\"a\":1}", 300_000)) + "]");
        var watch = Stopwatch.StartNew();

        Assert.Null(StrictJson.Check(json, 128));
        Assert.True(watch.Elapsed < Fast, watch.Elapsed.ToString());
    }

    private static byte[] Nested(int depth, string open, string close, string inside = "") =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + inside + string.Concat(Enumerable.Repeat(close, depth)));
}
