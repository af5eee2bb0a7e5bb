using System.Text.Json;
using DocService.Queries.Numbers;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$type</c>, by JSON's names; <c>integer</c> is any number without a fraction, 1.0 included.</summary>
internal sealed class TypeTest(IReadOnlySet<string> names) : ValueTest
{
    public static readonly string[] Names = ["object", "array", "string", "number", "integer", "boolean", "null"];

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch) => reader.TokenType switch
    {
        JsonTokenType.StartObject => names.Contains("object"),
        JsonTokenType.StartArray => names.Contains("array"),
        JsonTokenType.String => names.Contains("string"),
        JsonTokenType.Number => names.Contains("number") || (names.Contains("integer") && ExactNumber.Read(reader.ValueSpan).IsInteger),
        JsonTokenType.True or JsonTokenType.False => names.Contains("boolean"),
        _ => names.Contains("null"),
    };
}
