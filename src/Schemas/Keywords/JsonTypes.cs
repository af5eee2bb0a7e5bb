using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary>Types as <c>type</c> names them.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8 | Integer,
    String = 16,
    Array = 32,
    Object = 64,
}

/// <summary>What a value is.</summary>
internal static class JsonType
{
    /// <summary>As a schema spells them, with an article for messages.</summary>
    public static readonly IReadOnlyList<(string Name, JsonTypes Type, string Words)> All =
    [
        ("null", JsonTypes.Null, "null"),
        ("boolean", JsonTypes.Boolean, "true or false"),
        ("integer", JsonTypes.Integer, "an integer"),
        ("number", JsonTypes.Number, "a number"),
        ("string", JsonTypes.String, "a string"),
        ("array", JsonTypes.Array, "an array"),
        ("object", JsonTypes.Object, "an object"),
    ];

    /// <summary>1.0 is an integer, as 1 is. A number that is none has a type that no integer has.</summary>
    public static JsonTypes Of(in JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Number => ReadNumber(value) is var number && decimal.Truncate(number) == number ? JsonTypes.Integer : JsonTypes.Number & ~JsonTypes.Integer,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        _ => JsonTypes.Object,
    };

    /// <summary>Every number has been looked at before: a decimal holds it.</summary>
    public static decimal ReadNumber(in JsonElement value)
    {
        ExactDecimal.TryRead(JsonMarshal.GetRawUtf8Value(value), out decimal number);
        return number;
    }

    public static string Words(in JsonElement value)
    {
        JsonTypes type = Of(value);
        return All.First(one => (one.Type & type) == type).Words;
    }
}
