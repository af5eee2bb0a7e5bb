using System.Text.Json.Nodes;

namespace DocService.Schemas.Tests;

/// <summary>Small schemas with few names and values, and documents that meet them.</summary>
internal sealed class RandomSchema(Random random)
{
    private static readonly string[] Names = ["a", "b", "ab", "c"];
    private static readonly string[] Types = ["null", "boolean", "integer", "number", "string", "array", "object"];
    private static readonly string[] Scalars = ["null", "true", "0", "1", "1.0", "2", "0.5", "4.02", "-1", "\"\"", "\"a\"", "\"ab\"", "\"b1\""];
    private static readonly string[] Patterns = ["^a", "b$", "[0-9]", "^.{1,2}$"];

    /// <summary>With definitions that its parts refer to; some refer to the whole, from inside of a member.</summary>
    public JsonNode Schema()
    {
        JsonObject schema = Object(3);
        schema["$defs"] = new JsonObject { ["x"] = Any(1), ["y"] = Any(1), ["n"] = new JsonObject { ["$dynamicAnchor"] = "node", ["allOf"] = new JsonArray(Any(0)) } };
        return schema;
    }

    public string Document(int depth) => (depth == 0 ? 0 : random.Next(4)) switch
    {
        0 or 1 => Scalars[random.Next(Scalars.Length)],
        2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Document(depth - 1)))}]",
        _ => $"{{{string.Join(',', Names.Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\":{Document(depth - 1)}"))}}}",
    };

    private JsonNode Any(int depth) => random.Next(8) switch
    {
        0 => JsonValue.Create(true),
        1 => JsonValue.Create(random.Next(3) > 0),
        _ => Object(depth),
    };

    private JsonObject Object(int depth)
    {
        var schema = new JsonObject();
        for (int count = 1 + random.Next(3); count > 0; count--)
        {
            Add(schema, depth);
        }

        return schema;
    }

    private void Add(JsonObject schema, int depth)
    {
        switch (random.Next(depth == 0 ? 13 : 34))
        {
            case 0 or 1: schema["type"] = random.Next(2) == 0 ? Types[random.Next(Types.Length)] : new JsonArray("string", "object", "array"); break;
            case 2: schema["enum"] = new JsonArray(Value(), Value(), Value()); break;
            case 3: schema["const"] = Value(); break;
            case 4: schema["minimum"] = random.Next(3); break;
            case 5: schema["exclusiveMaximum"] = random.Next(3); break;
            case 6: schema["multipleOf"] = random.Next(2) == 0 ? 0.01m : 2m; break;
            case 7: schema["minLength"] = random.Next(3); break;
            case 8: schema["maxLength"] = random.Next(3); break;
            case 9: schema["pattern"] = Patterns[random.Next(Patterns.Length)]; break;
            case 10: schema["required"] = new JsonArray(Name()); break;
            case 11: schema[random.Next(2) == 0 ? "maxProperties" : "minItems"] = random.Next(3); break;
            case 12: schema["uniqueItems"] = random.Next(2) == 0; break;
            case 13 or 14 or 15: schema["properties"] = new JsonObject { ["a"] = Any(depth - 1), ["b"] = Any(depth - 1) }; break;
            case 16: schema["patternProperties"] = new JsonObject { ["^a"] = Any(depth - 1) }; break;
            case 17: schema["additionalProperties"] = Any(depth - 1); break;
            case 18: schema["items"] = Any(depth - 1); break;
            case 19: schema["prefixItems"] = new JsonArray(Any(depth - 1), Any(depth - 1)); break;
            case 20: schema["contains"] = Any(depth - 1); break;
            case 21: schema["allOf"] = new JsonArray(Any(depth - 1), Any(depth - 1)); break;
            case 22: schema["anyOf"] = new JsonArray(Any(depth - 1), Any(depth - 1)); break;
            case 23: schema["oneOf"] = new JsonArray(Any(depth - 1), Any(depth - 1)); break;
            case 24: schema["not"] = Any(depth - 1); break;
            case 25:
                schema["if"] = Any(depth - 1);
                schema["then"] = Any(depth - 1);
                schema["else"] = Any(depth - 1);
                break;
            case 26: schema["dependentSchemas"] = new JsonObject { [Name()] = Any(depth - 1) }; break;
            case 27: schema["propertyNames"] = Any(0); break;
            case 28: schema["unevaluatedProperties"] = Any(depth - 1); break;
            case 29: schema["unevaluatedItems"] = Any(depth - 1); break;
            case 30:
                schema["contains"] = Any(depth - 1);
                schema[random.Next(2) == 0 ? "minContains" : "maxContains"] = random.Next(3);
                break;
            case 31: schema["dependentRequired"] = new JsonObject { [Name()] = new JsonArray(Name()) }; break;
            case 32: schema["items"] = new JsonObject { ["$dynamicRef"] = "#node" }; break;
            default: schema["properties"] = new JsonObject { ["a"] = new JsonObject { ["$ref"] = random.Next(3) switch { 0 => "#", 1 => "#/$defs/x", _ => "#/$defs/y" } } }; break;
        }
    }

    private string Name() => Names[random.Next(Names.Length)];

    private JsonNode? Value() => JsonNode.Parse(Document(1));
}
