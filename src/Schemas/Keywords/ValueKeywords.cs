using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary><c>type</c>.</summary>
internal sealed class TypeKeyword(SchemaPlace place, JsonTypes types) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        JsonTypes type = JsonType.Of(value);
        return (types & type) == type || run.Fail(Place, $"{JsonType.Words(value)} is here, where the schema wants {Wanted}");
    }

    private string Wanted => string.Join(" or ", JsonType.All.Where(one => (types & one.Type) == one.Type && (one.Type != JsonTypes.Integer || (types & JsonTypes.Number) != JsonTypes.Number)).Select(one => one.Words));
}

/// <summary><c>const</c> and <c>enum</c>: the values that are allowed.</summary>
internal sealed class EnumKeyword(SchemaPlace place, IReadOnlyList<JsonElement> values) : Keyword(place)
{
    private const int ShownMax = 100;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        foreach (JsonElement one in values)
        {
            if (!CanEqual(one, value))
            {
                if (!run.Pay(1))
                {
                    return false;
                }

                continue;
            }

            // The library takes the escapes out of both, whole.
            if (!run.Pay(1 + ((JsonMarshal.GetRawUtf8Value(one).Length + JsonMarshal.GetRawUtf8Value(value).Length) / 8)))
            {
                return false;
            }

            if (JsonElement.DeepEquals(one, value))
            {
                return true;
            }
        }

        return (values.Count == 1
            ? run.Fail(Place, $"the one value that is allowed here is {Show(values[0])}")
            : run.Fail(Place, $"the value is none of the {values.Count} that are allowed here"));
    }

    /// <summary>Whether it takes a look at the texts. An escape has at most six bytes for one.</summary>
    private static bool CanEqual(in JsonElement one, in JsonElement value) =>
        one.ValueKind == value.ValueKind
        && (one.ValueKind != JsonValueKind.String || JsonMarshal.GetRawUtf8Value(value).Length <= 6L * JsonMarshal.GetRawUtf8Value(one).Length);

    private static string Show(JsonElement value) => value.GetRawText() is { Length: <= ShownMax } text ? text : "another";
}

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive kin.</summary>
internal sealed class BoundKeyword(SchemaPlace place, decimal bound, bool isLeast, bool isExclusive) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return true;
        }

        int order = JsonType.ReadNumber(value).CompareTo(bound) * (isLeast ? 1 : -1);
        return order > 0 || (order == 0 && !isExclusive) || run.Fail(Place, $"the number must be {Words} {bound}");
    }

    private string Words => (isLeast, isExclusive) switch
    {
        (true, false) => "at least",
        (true, true) => "more than",
        (false, false) => "at most",
        (false, true) => "less than",
    };
}

/// <summary><c>multipleOf</c>.</summary>
internal sealed class MultipleKeyword(SchemaPlace place, decimal of) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks) =>
        value.ValueKind != JsonValueKind.Number || (run.Pay(10) && ExactDecimal.IsMultiple(JsonType.ReadNumber(value), of))
        || run.Fail(Place, $"the number must be a multiple of {of}");
}
