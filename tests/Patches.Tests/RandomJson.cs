using System.Text.Json.Nodes;
using DocService.Patches.Text;

namespace DocService.Patches.Tests;

/// <summary>Small documents with few names, odd spacing and odd spellings, so that patches meet them.</summary>
internal static class RandomJson
{
    private static readonly string[] Names = ["\"a\"", "\"b\"", "\"\\u0061b\"", "\"c,\"", "\"~/\""];
    private static readonly string[] Scalars = ["null", "1", "1.0", "-0", "1e400", "\"x\"", "\"\\u0078\"", "true", "\"a,}]\""];
    private static readonly string[] Spaces = ["", "", " ", "\n ", "\t"];

    public static string Make(Random random, int depth)
    {
        string space = Spaces[random.Next(Spaces.Length)];
        return $"{space}{Value(random, depth)}{space}";
    }

    public static bool Same(string one, string other) => JsonEquality.AreEqual(Bytes(one.Trim()), Bytes(other.Trim()), budget: null) == true;

    /// <summary>RFC 7396 section 2, word for word.</summary>
    public static string MergedBySpec(string document, string patch) => Text(Merge(JsonNode.Parse(document), JsonNode.Parse(patch)));

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject members)
        {
            return patch?.DeepClone();
        }

        JsonObject result = target is JsonObject ? (JsonObject)target.DeepClone() : [];
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else
            {
                result[name] = Merge(result[name], value);
            }
        }

        return result;
    }

    private static string Value(Random random, int depth)
    {
        string Space() => Spaces[random.Next(Spaces.Length)];
        int kind = depth == 0 ? 2 : random.Next(4);
        if (kind <= 1)
        {
            IEnumerable<string> members = Names.Where(_ => random.Next(2) == 0).Select(name => $"{Space()}{name}{Space()}:{Space()}{Value(random, depth - 1)}{Space()}");
            return $"{{{string.Join(',', members.ToArray())}{(Space() is var end && end.Length > 0 ? end : "")}}}";
        }

        return kind == 2
            ? Scalars[random.Next(Scalars.Length)]
            : $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"{Space()}{Value(random, depth - 1)}{Space()}").ToArray())}]";
    }
}
