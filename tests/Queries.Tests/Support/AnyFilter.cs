using CsCheck;

namespace DocService.Queries.Tests.Support;

/// <summary>Random filters over the few names that <see cref="AnyJson"/> makes documents of, so that they often match.</summary>
internal static class AnyFilter
{
    public static readonly Gen<string> Path = Gen.OneOf("a", "b", "c", "a.b", "b.a", "a.0", "a.b.c", "a.1.b", "/a", "/a/b", "/b/0", "0");

    private static readonly Gen<string> Value = Gen.Frequency((4, AnyJson.Integer), (4, AnyJson.Scalar), (2, AnyJson.Value));

    private static readonly Gen<string> Operators = Some(Operator(2)).Select(operators => $"{{{operators}}}");

    public static readonly Gen<string> Filter = Members(2);

    private static Gen<string> Members(int depth)
    {
        Gen<string> condition = Gen.Select(Path, Gen.Frequency((1, Value.Where(value => !value.StartsWith('{'))), (3, Operators)), (path, operand) => $"\"{path}\":{operand}");
        if (depth == 0)
        {
            return Some(condition).Select(members => $"{{{members}}}");
        }

        Gen<string> connection = Gen.Select(Gen.OneOf("$and", "$and", "$or", "$nor"), Members(depth - 1).Array[1, 3], (name, filters) => $"\"{name}\":[{string.Join(',', filters)}]");
        return Some(Gen.Frequency((5, condition), (1, connection))).Select(members => $"{{{members}}}");
    }

    private static Gen<string> Operator(int depth)
    {
        Gen<string> simple = Gen.OneOf<string>(
            Gen.Select(Gen.OneOf("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$gt", "$gte", "$lt", "$lte"), Value, (name, value) => $"\"{name}\":{value}"),
            Gen.Select(Gen.OneOf("$in", "$in", "$nin", "$all"), Value.Array[0, 3], (name, values) => $"\"{name}\":[{string.Join(',', values)}]"),
            Gen.OneOf("\"$exists\":true", "\"$exists\":false", "\"$type\":\"array\"", "\"$type\":[\"number\",\"string\"]", "\"$size\":1", "\"$mod\":[2,1]", "\"$regex\":\"^a\""));
        if (depth == 0)
        {
            return simple;
        }

        Gen<string> inner = Some(Operator(depth - 1)).Select(operators => $"{{{operators}}}");
        Gen<string> element = Gen.OneOf<string>(inner, Gen.Select(Gen.OneOf("a", "b", "0", "a.b"), Value.Where(value => !value.StartsWith('{')), (path, value) => $"{{\"{path}\":{value}}}"));
        return Gen.Frequency((8, simple), (1, inner.Select(operators => $"\"$not\":{operators}")), (2, element.Select(operand => $"\"$elemMatch\":{operand}")));
    }

    /// <summary>One to three, each name once.</summary>
    private static Gen<string> Some(Gen<string> members) =>
        members.Array[1, 3].Select(all => string.Join(',', all.DistinctBy(member => member[..member.IndexOf(':', StringComparison.Ordinal)])));
}
