using CsCheck;

namespace DocService.Queries.Tests.Support;

/// <summary>Random JSON in awkward spellings. Few distinct values, so that equal ones meet.</summary>
internal static class AnyJson
{
    public static readonly Gen<string> Integer = Gen.OneOf<string>(
        Gen.Int[-3, 12].Select(n => $"{n}"),
        Gen.OneOf("-0", "9007199254740992", "9007199254740993", "-9007199254740993", "100", "1000"));

    public static readonly Gen<string> Number = Gen.OneOf<string>(
        Integer,
        Gen.Select(Gen.Int[-20, 20], Gen.Int[0, 120], (whole, part) => $"{whole}.{part}"),
        Gen.Select(Gen.Int[-20, 20], Gen.Int[-70, 70], (whole, power) => $"{whole}e{power}"),
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[-3, 3], (whole, zeros, power) => $"{whole}.{new string('0', zeros)}10E+{power}".Replace("+-", "-", StringComparison.Ordinal)),
        Gen.OneOf("1e400", "-1e400", "1e-400", "-1e-400", "0.1", "0.10000000000000000555", "1.0", "1e0", "10e-1", "0e5", "-0.0", "0.1e1"));

    public static readonly Gen<string> Text = Gen.OneOf<string>(
        Gen.OneOf("\"\"", "\"a\"", "\"A\"", "\"b\"", "\"ab\"", "\"\\u0061\"", "\"\\u0000\"", "\"a\\u0000\"", "\"a\\u0000b\"", "\"é\"", "\"\\u00e9\"",
            "\"É\"", "\"\\ud83d\\ude00\"", "\"😀\"", "\"\\uffff\"", "\"a\\nb\"", "\"\\u0001\"", "\"z\""),
        Gen.Char["ab\u00e9"].Array[0, 4].Select(letters => $"\"{new string(letters)}\""));

    public static readonly Gen<string> Scalar = Gen.OneOf<string>(Number, Text, Gen.OneOf("null", "true", "false"));

    public static readonly Gen<string> Name = Gen.OneOf("a", "b", "c", "0", "1", "aa");

    public static readonly Gen<string> Value = Nested(3);

    /// <summary>Objects only, as most documents are.</summary>
    public static readonly Gen<string> Document = Members(Nested(2));

    private static Gen<string> Nested(int depth)
    {
        if (depth == 0)
        {
            return Scalar;
        }

        Gen<string> inner = Nested(depth - 1);
        return Gen.Frequency(
            (4, Scalar),
            (2, inner.Array[0, 3].Select(values => $"[{string.Join(" , ", values)}]")),
            (2, Members(inner)));
    }

    private static Gen<string> Members(Gen<string> values) =>
        Gen.Select(Name, values).Array[0, 4].Select(members =>
            $"{{{string.Join(", ", members.DistinctBy(member => member.Item1).Select(member => $"\"{member.Item1}\": {member.Item2}"))}}}");
}
