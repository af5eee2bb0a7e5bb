using System.Text;
using DocService.Api.Json;

namespace DocService.Api.Tests.Json;

/// <summary>The categories of JSONTestSuite: y_ must be taken, n_ refused, and each i_ is decided here.</summary>
public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("123")]
    [InlineData("-123.456")]
    [InlineData("1e1")]
    [InlineData("1E+2")]
    [InlineData("1e-2")]
    [InlineData("0e+1")]
    [InlineData("1e400")]
    [InlineData("-1e-400")]
    [InlineData("123456789012345678901234567890.123456789012345678901234567890")]
    [InlineData("\"\"")]
    [InlineData("\"a\"")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")]
    [InlineData("\"\\u0000\\u001f\\u00e9\\uFFFF\"")]
    [InlineData("\"\\uD83D\\uDE00\"")]
    [InlineData("\"\\ud83d\\ude00\\uD800\\uDC00\\uDBFF\\uDFFF\"")]
    [InlineData("\"\\\\uD800\"")]
    [InlineData("\"\\\\\\uD83D\\uDE00\"")]
    [InlineData("\"\u00e9\u20ac\U0001F600\"")]
    [InlineData("\"\u007f\u0080\u2028\u2029\uFEFF\uFFFF\"")]
    [InlineData("[]")]
    [InlineData("[ ]")]
    [InlineData("[1]")]
    [InlineData("[1,2, 3 ]")]
    [InlineData("[[],[[]],{}]")]
    [InlineData("[null,true,\"a\",1.5]")]
    [InlineData("{}")]
    [InlineData("{ }")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"\":0}")]
    [InlineData("{\"a\":{\"a\":{\"a\":1}}}")]
    [InlineData("[{\"a\":1},{\"a\":1}]")]
    [InlineData("{\"a\":{\"b\":1},\"c\":{\"b\":1},\"b\":1}")]
    [InlineData("{\"a\":1,\"A\":1}")]
    [InlineData("{\"\u00e9\":1,\"e\u0301\":1}")]
    [InlineData("{\"a\\u0000\":1,\"a\":1}")]
    [InlineData(" \t\r\n1\n\r\t ")]
    [InlineData("{\r\n\t\"a\" :\t1 ,\n \"b\":[ ]\r\n}\r\n")]
    public void Check_OneStrictValue_IsTaken(string json) => Assert.Null(Check(json));

    [Theory]
    [InlineData("", 1, 0)]
    [InlineData(" ", 1, 1)]
    [InlineData("\n\n ", 3, 1)]
    [InlineData("nul", 1, 3)]
    [InlineData("True", 1, 0)]
    [InlineData("nulll", 1, 4)]
    [InlineData("NaN", 1, 0)]
    [InlineData("Infinity", 1, 0)]
    [InlineData("-Infinity", 1, 1)]
    [InlineData("undefined", 1, 0)]
    [InlineData("01", 1, 1)]
    [InlineData("-", 1, 1)]
    [InlineData("+1", 1, 0)]
    [InlineData(".5", 1, 0)]
    [InlineData("1.", 1, 2)]
    [InlineData("1.e1", 1, 2)]
    [InlineData("1e", 1, 2)]
    [InlineData("1e+", 1, 3)]
    [InlineData("-01", 1, 2)]
    [InlineData("0x1", 1, 1)]
    [InlineData("1_000", 1, 1)]
    [InlineData("1 2", 1, 2)]
    [InlineData("1,", 1, 1)]
    [InlineData("{}{}", 1, 2)]
    [InlineData("[]x", 1, 2)]
    [InlineData("[", 1, 1)]
    [InlineData("]", 1, 0)]
    [InlineData("[1", 1, 2)]
    [InlineData("[1,]", 1, 3)]
    [InlineData("[,1]", 1, 1)]
    [InlineData("[1,,2]", 1, 3)]
    [InlineData("[1 2]", 1, 3)]
    [InlineData("[1}", 1, 2)]
    [InlineData("[\"a\":1]", 1, 4)]
    [InlineData("{", 1, 1)]
    [InlineData("{\"a\"", 1, 4)]
    [InlineData("{\"a\":", 1, 5)]
    [InlineData("{\"a\":1", 1, 6)]
    [InlineData("{\"a\":1,}", 1, 7)]
    [InlineData("{,}", 1, 1)]
    [InlineData("{\"a\"}", 1, 4)]
    [InlineData("{\"a\" 1}", 1, 5)]
    [InlineData("{\"a\"::1}", 1, 5)]
    [InlineData("{\"a\":1 \"b\":2}", 1, 7)]
    [InlineData("{\"a\":1]", 1, 6)]
    [InlineData("{a:1}", 1, 1)]
    [InlineData("{'a':1}", 1, 1)]
    [InlineData("{1:1}", 1, 1)]
    [InlineData("{null:1}", 1, 1)]
    [InlineData("'a'", 1, 0)]
    [InlineData("\"a", 1, 2)]
    [InlineData("\"", 1, 1)]
    [InlineData("\"\\\"", 1, 3)]
    [InlineData("\"\\x41\"", 1, 2)]
    [InlineData("\"\\u12G4\"", 1, 5)]
    [InlineData("\"\\u123\"", 1, 6)]
    [InlineData("\"\\U0041\"", 1, 2)]
    [InlineData("\"a\u0001\"", 1, 2)]
    [InlineData("\"a\tb\"", 1, 2)]
    [InlineData("\"a\nb\"", 1, 2)]
    [InlineData("\"\u0000\"", 1, 1)]
    [InlineData("/* */1", 1, 0)]
    [InlineData("1//x", 1, 1)]
    [InlineData("#1", 1, 0)]
    [InlineData("\u00a01", 1, 0)]
    [InlineData("1\f", 1, 1)]
    [InlineData("\u20601", 1, 0)]
    [InlineData("1\u0000", 1, 1)]
    [InlineData("[1,\n2,\n  x]", 3, 2)]
    [InlineData("{\"a\":1,\n\"\u00e9\":y}", 2, 5)]
    [InlineData("\"ok\"\r\nx", 2, 0)]
    public void Check_Malformed_IsRefusedWithItsPosition(string json, long line, long bytePosition)
    {
        JsonError? error = Check(json);
        Assert.NotNull(error);
        Assert.NotEmpty(error.Reason);
        Assert.DoesNotContain("LineNumber", error.Reason, StringComparison.Ordinal);
        Assert.Equal((line, bytePosition), (error.Line, error.BytePosition));
    }

    [Theory]
    [InlineData("\"\\uD800\"", 1, 1)]
    [InlineData("\"\\uDC00\"", 1, 1)]
    [InlineData("\"ab\\udfff\"", 1, 3)]
    [InlineData("\"\\uD800\\uD800\"", 1, 1)]
    [InlineData("\"\\uD83D\\uDE00\\uDE00\"", 1, 13)]
    [InlineData("\"\\uDE00\\uD83D\"", 1, 1)]
    [InlineData("\"\\uD83Dx\\uDE00\"", 1, 1)]
    [InlineData("\"\\uD83D\\n\"", 1, 1)]
    [InlineData("\"\\n\\\\\\uD83D\"", 1, 5)]
    [InlineData("[1,\n \"\\uD83D\"]", 2, 2)]
    [InlineData("{\"\\uD83D\":1}", 1, 2)]
    public void Check_LoneSurrogateEscape_IsRefusedWithItsPosition(string json, long line, long bytePosition)
    {
        JsonError? error = Check(json);
        Assert.Contains("lone surrogate", error!.Reason, StringComparison.Ordinal);
        Assert.Equal((line, bytePosition), (error.Line, error.BytePosition));
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", 1, 7)]
    [InlineData("{\"a\":1,\"b\":2,\n\"a\":3}", 2, 0)]
    [InlineData("{\"\":1,\"\":2}", 1, 6)]
    [InlineData("{\"a\":1,\"\\u0061\":2}", 1, 7)]
    [InlineData("{\"\\u0061\":1,\"a\":2}", 1, 12)]
    [InlineData("{\"\\u0061\":1,\"\\u0061\":2}", 1, 12)]
    [InlineData("{\"/\":1,\"\\/\":2}", 1, 7)]
    [InlineData("{\"\U0001F600\":1,\"\\uD83D\\uDE00\":2}", 1, 10)]
    [InlineData("{\"a\":{\"b\":1},\"a\":2}", 1, 13)]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}", 1, 12)]
    [InlineData("{\"a\":[{\"x\":{}},{\"x\":[]}],\"b\":{\"a\":1},\"a\":2}", 1, 37)]
    public void Check_DuplicateName_IsRefusedAtTheSecond(string json, long line, long bytePosition)
    {
        JsonError? error = Check(json);
        Assert.Contains("twice", error!.Reason, StringComparison.Ordinal);
        Assert.Equal((line, bytePosition), (error.Line, error.BytePosition));
    }

    private static JsonError? Check(string json) => StrictJson.Check(Encoding.UTF8.GetBytes(json), 128);
}
