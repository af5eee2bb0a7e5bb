using System.Globalization;
using CsCheck;

namespace DocService.Queries.Tests.Support;

/// <summary>Documents and filters of few values, so that much matches: numbers, arrays of them, null, nothing, objects.</summary>
internal static class FewValues
{
    private static readonly Gen<string> Value = Gen.Frequency(
        (6, Gen.Int[0, 2].Select(n => $"{n}")),
        (1, Gen.OneOf("null", "[]", "{}", "\"a\"", "\"A\"", "true")),
        (1, Gen.Int[0, 2].Array[1, 3].Select(n => $"[{string.Join(',', n.Select(inner => $"[{inner}]"))}]")),
        (2, Gen.Int[0, 3].Array[1, 3].Select(n => $"[{string.Join(',', n)}]")),
        (1, Gen.Int[0, 2].Array[1, 3].Select(n => $"[{string.Join(',', n.Select(b => $"{{\"b\":{b}}}"))},{{}}]")),
        (1, Gen.Int[0, 2].Select(n => $"{{\"b\":{n}}}")));

    public static readonly Gen<string> Document = Gen.Select(Value, Value, Gen.OneOf("{{\"a\":{0},\"b\":{1}}}", "{{\"a\":{0},\"b\":{1}}}", "{{\"b\":{1}}}", "{{\"a\":{0}}}"),
        (a, b, form) => string.Format(CultureInfo.InvariantCulture, form, a, b));

    private static readonly Gen<string> Condition = Gen.Select(
        Gen.OneOf("a", "b", "a", "b", "a.b", "a.0", "/a", "/a/b"),
        Value,
        Gen.OneOf("{0}", "{{\"$eq\":{0}}}", "{{\"$gte\":{0}}}", "{{\"$lte\":{0}}}", "{{\"$gte\":{0},\"$lte\":2}}", "{{\"$gt\":0,\"$lt\":{0}}}", "{{\"$in\":[{0},1]}}",
            "{{\"$in\":[{0},null]}}", "{{\"$elemMatch\":{{\"$gte\":{0}}}}}", "{{\"$elemMatch\":{{\"b\":{0}}}}}", "{{\"$elemMatch\":{{\"0\":{0}}}}}", "{{\"$all\":[{0}]}}", "{{\"$ne\":{0}}}"),
        (path, value, form) => $"{{\"{path}\":{string.Format(CultureInfo.InvariantCulture, form, value)}}}");

    public static readonly Gen<string> Filter = Condition.Array[1, 2].Select(conditions => $"{{\"$and\":[{string.Join(',', conditions)}]}}");
}
