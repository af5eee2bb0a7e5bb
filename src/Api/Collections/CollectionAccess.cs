using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Collections.Definitions;

namespace DocService.Api.Collections;

/// <summary>
/// Judges requests about one collection by its whole prefix. A collection that is not there counts as the whole store:
/// whether there is one of that name is not told to anybody else.
/// </summary>
internal static class CollectionAccess
{
    private const string Whole = "the whole prefix of this collection";

    /// <summary>Whoever may read all its documents, or makes its rules, may see these.</summary>
    public static Problem? JudgeDefinition(HttpContext context, CollectionSet collections, string name)
    {
        Caller caller = Caller.Of(context);
        string prefix = PrefixOf(collections, name);
        return caller.May(Right.Read, prefix) || caller.May(Right.Operate, prefix) ? null : AccessProblems.Missing(caller, Right.Read, Whole);
    }

    public static Problem? JudgeOperate(HttpContext context, CollectionSet collections, string name) =>
        AccessProblems.Unless(Caller.Of(context), Right.Operate, PrefixOf(collections, name), Whole);

    /// <summary>The documents that do not pass its schema: their ids, and where they are at fault.</summary>
    public static Problem? JudgeViolations(HttpContext context, CollectionSet collections, string name)
    {
        Caller caller = Caller.Of(context);
        string prefix = PrefixOf(collections, name);
        return AccessProblems.Unless(caller, Right.Operate, prefix, Whole) ?? AccessProblems.Unless(caller, Right.Read, prefix, Whole);
    }

    /// <summary>By the prefix that there is, and by the one that the definition names: one that names none is no definition, and is refused as such.</summary>
    public static Problem? JudgePut(HttpContext context, CollectionSet collections, string name, ReadOnlyMemory<byte> definition)
    {
        Caller caller = Caller.Of(context);
        using JsonDocument json = JsonDocument.Parse(definition, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        string prefix = PrefixIn(json.RootElement);
        if ((collections.Get(name) is { } there && !caller.May(Right.Operate, there.Prefix)) || !caller.May(Right.Operate, prefix))
        {
            return AccessProblems.Missing(caller, Right.Operate, Whole);
        }

        return HasTimeToLive(json.RootElement) ? AccessProblems.Unless(caller, Right.Write, prefix, Whole) : null; // it deletes
    }

    public static bool MayTellIds(HttpContext context, Collection collection) => Caller.Of(context).May(Right.Read, collection.Prefix);

    private static string PrefixOf(CollectionSet collections, string name) => collections.Get(name)?.Prefix ?? string.Empty;

    private static bool HasTimeToLive(JsonElement definition) => definition.ValueKind == JsonValueKind.Object && definition.TryGetProperty("timeToLive", out _);

    private static string PrefixIn(JsonElement definition) =>
        definition.ValueKind == JsonValueKind.Object && definition.TryGetProperty("prefix", out JsonElement prefix) && prefix.ValueKind == JsonValueKind.String
            ? prefix.GetString()!
            : string.Empty;
}
