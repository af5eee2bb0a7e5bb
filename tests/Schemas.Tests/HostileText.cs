using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DocService.Schemas.Tests;

/// <summary>Texts for the fuzz run: what hurts validators, put together at random.</summary>
internal static class HostileText
{
    private static readonly string[] Keywords =
    [
        "type", "enum", "const", "multipleOf", "minimum", "maximum", "minLength", "maxLength", "pattern", "format", "uniqueItems", "required", "dependentRequired", "dependentSchemas",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "properties", "patternProperties", "additionalProperties", "propertyNames", "items", "prefixItems", "contains", "minContains",
        "maxContains", "unevaluatedProperties", "unevaluatedItems", "$ref", "$dynamicRef", "$id", "$anchor", "$dynamicAnchor", "$defs", "contentSchema", "default", "$schema", "x",
    ];

    private static readonly string[] Texts =
    [
        "#", "#/$defs/a", "#/$defs/b", "#/properties/a", "#/allOf/0", "#a", "b", "b#/$defs/a", "https://x.example/", "urn:x:y", "", "string", "object", "integer", "^(a+)+$", "^(?=(a+)+b)", "(?<!a)b{2,50}",
        "[\\w-]+@", "(a{1,20}){1,20}", "\\p{L}*", "email", "date-time", "regex", "uri", "idn-email", "uri-template", "duration", "hostname", "ipv6", "json-pointer", "//", "http://[", "%", "#%ZZ", "#/~2", "😀", "\u0000",
    ];

    private static readonly string[] Numbers = ["0", "1", "-1", "0.01", "1e20000000", "1e400", "4.02", "1e-28", "79228162514264337593543950335", "9007199254740993", "2.0", "1e28"];

    public static string Schema(Random random) => Node(random, 4)!.ToJsonString();

    public static JsonDocument? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Document(Random random)
    {
        string piece = Value(random, 4).ToJsonString();
        return random.Next(8) switch
        {
            0 => $"[{string.Join(',', Enumerable.Repeat(piece, random.Next(5000)))}]",
            1 => $"{new string('[', 100)}{piece}{new string(']', 100)}",
            2 => $"\"{new string('a', random.Next(20_000))}!\"",
            3 => $"{{{string.Join(',', Enumerable.Range(0, random.Next(3000)).Select(number => $"\"a{number}\":{number}"))}}}",
            4 => Nest(random, piece),
            _ => piece,
        };
    }

    private static string Nest(Random random, string piece)
    {
        var text = new StringBuilder(piece);
        for (int depth = random.Next(100); depth > 0; depth--)
        {
            text.Insert(0, "{\"a\":").Append('}');
        }

        return text.ToString();
    }

    /// <summary>Mostly what the keywords want, so that most schemas are read; sometimes anything.</summary>
    private static JsonNode Node(Random random, int depth)
    {
        if (depth == 0 || random.Next(10) == 0)
        {
            return JsonValue.Create(random.Next(4) > 0);
        }

        var schema = new JsonObject();
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            string keyword = Keywords[random.Next(Keywords.Length)];
            schema[keyword] = random.Next(60) == 0 ? Value(random, 2) : Wanted(random, keyword, depth);
        }

        if (depth == 4)
        {
            schema["$defs"] = new JsonObject { ["a"] = Node(random, 2), ["b"] = Node(random, 2) };
        }

        return schema;
    }

    private static JsonNode? Wanted(Random random, string keyword, int depth)
    {
        JsonArray Several(Func<JsonNode?> make) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => make())];
        return keyword switch
        {
            "type" => new JsonArray("object", "array", random.Next(2) == 0 ? "string" : "integer"),
            "enum" or "default" => Several(() => Value(random, 2)),
            "const" or "x" => Value(random, 3),
            "multipleOf" => JsonNode.Parse(random.Next(9) == 0 ? Numbers[random.Next(Numbers.Length)] : "0.01"),
            "minimum" or "maximum" => JsonNode.Parse(random.Next(9) == 0 ? Numbers[random.Next(Numbers.Length)] : "3"),
            "minLength" or "maxLength" or "minContains" or "maxContains" => JsonValue.Create(random.Next(4)),
            "pattern" => JsonValue.Create(Texts[14 + random.Next(6)]),
            "format" => JsonValue.Create(Texts[20 + random.Next(10)]),
            "uniqueItems" => JsonValue.Create(true),
            "required" => new JsonArray("a"),
            "dependentRequired" => new JsonObject { ["a"] = new JsonArray("b") },
            "allOf" or "anyOf" or "oneOf" or "prefixItems" => Several(() => Node(random, depth - 1)),
            "properties" or "dependentSchemas" or "$defs" => new JsonObject { ["a"] = Node(random, depth - 1), ["b"] = Node(random, depth - 1) },
            "patternProperties" => new JsonObject { [Texts[14 + random.Next(6)]] = Node(random, depth - 1) },
            "$ref" or "$dynamicRef" => JsonValue.Create(random.Next(8) == 0 ? Texts[random.Next(Texts.Length)] : Texts[random.Next(3)]),
            "$id" => JsonValue.Create(random.Next(3) == 0 ? "b" : "https://x.example/" + random.Next(1000)),
            "$anchor" or "$dynamicAnchor" => JsonValue.Create(random.Next(3) == 0 ? "a" : "n" + random.Next(1000)),
            "$schema" => JsonValue.Create("https://json-schema.org/draft/2020-12/schema"),
            _ => Node(random, depth - 1),
        };
    }

    private static JsonNode Value(Random random, int depth) => random.Next(depth == 0 ? 4 : 7) switch
    {
        0 => JsonNode.Parse(Numbers[random.Next(Numbers.Length)])!,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 or 3 => JsonValue.Create(Texts[random.Next(Texts.Length)]),
        4 => new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth - 1))]),
        _ => new JsonObject(Texts.OrderBy(_ => random.Next()).Take(random.Next(4)).Append("a").Distinct().Select(name => KeyValuePair.Create<string, JsonNode?>(name, Value(random, depth - 1)))),
    };
}
