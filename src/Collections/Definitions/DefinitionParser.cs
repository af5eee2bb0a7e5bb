using System.Text.Json;
using DocService.Queries;
using DocService.Schemas;

namespace DocService.Collections.Definitions;

/// <summary>Reads the definition of a collection. What it does not know is a fault: a rule that is only believed to hold is worse than none.</summary>
internal static class DefinitionParser
{
    public const int BytesMax = 64 * 1024;
    public const int IndexesMax = 64;

    /// <summary>Versions that are kept of a document: each is a file, and all of them stand in one answer's few pages.</summary>
    public const int HistoryMax = 1000;

    /// <summary>Room for the rest of an id.</summary>
    private const int PrefixBytesMax = 512;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <param name="name">Of the collection.</param>
    /// <param name="json">Its definition.</param>
    /// <param name="fault">What is wrong; null when nothing is.</param>
    /// <returns>Null after a fault.</returns>
    public static Collection? Parse(string name, ReadOnlyMemory<byte> json, out DefinitionFault? fault)
    {
        if (json.Length > BytesMax)
        {
            fault = new DefinitionFault("", $"A definition has at most {BytesMax} bytes.");
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            return Parse(name, document.RootElement, out fault);
        }
        catch (JsonException)
        {
            fault = new DefinitionFault("", "The definition is not valid JSON, is nested more than 64 levels deep, or has a name twice in an object.");
            return null;
        }
    }

    private static Collection? Parse(string name, JsonElement root, out DefinitionFault? fault)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            fault = new DefinitionFault("", "A definition is an object.");
            return null;
        }

        string? prefix = null;
        DocumentSchema? schema = null;
        TimeToLive? timeToLive = null;
        int history = 0;
        var indexes = new List<CollectionIndex>();
        foreach (JsonProperty member in root.EnumerateObject())
        {
            fault = member.Name switch
            {
                "prefix" => ReadPrefix(member.Value, out prefix),
                "indexes" => null, // below: they need the prefix
                "schema" => ReadSchema(member.Value, out schema),
                "timeToLive" => TimeToLiveParser.Read(member.Value, out timeToLive),
                "history" => ReadHistory(member.Value, out history),
                _ => new DefinitionFault(QueryFault.Step("", member.Name), "A definition has the members prefix, indexes, schema, timeToLive and history."),
            };
            if (fault is not null)
            {
                return null;
            }
        }

        fault = prefix is null ? new DefinitionFault("", "The member prefix is missing.") : null;
        if (fault is null && root.TryGetProperty("indexes", out JsonElement list))
        {
            fault = ReadIndexes(name, prefix!, list, indexes);
        }

        return fault is null ? new Collection { Name = name, Prefix = prefix!, Indexes = indexes, Schema = schema, TimeToLive = timeToLive, History = history } : null;
    }

    private static DefinitionFault? ReadPrefix(JsonElement value, out string? prefix)
    {
        prefix = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        if (prefix is null || !prefix.EndsWith('/') || System.Text.Encoding.UTF8.GetByteCount(prefix) > PrefixBytesMax)
        {
            return new DefinitionFault("/prefix", $"A prefix is a string of at most {PrefixBytesMax} bytes that ends with a slash, such as \"users/\".");
        }

        return DocumentKey.TryCreate(prefix, out _, out InvalidId? error) ? null : new DefinitionFault("/prefix", $"No id begins so: {error.Reason}.");
    }

    private static DefinitionFault? ReadSchema(JsonElement value, out DocumentSchema? schema)
    {
        schema = DocumentSchema.Parse(value, out SchemaFault? fault);
        return fault is null ? null : new DefinitionFault($"/schema{fault.At}", fault.Detail);
    }

    private static DefinitionFault? ReadHistory(JsonElement value, out int history)
    {
        history = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out history) && history is >= 1 and <= HistoryMax
            ? null
            : new DefinitionFault("/history", $"A history is the number of versions that are kept of each document: a whole number from 1 to {HistoryMax}.");
    }

    private static DefinitionFault? ReadIndexes(string collection, string prefix, JsonElement list, List<CollectionIndex> indexes)
    {
        if (list.ValueKind != JsonValueKind.Object || list.EnumerateObject().Count() > IndexesMax)
        {
            return new DefinitionFault("/indexes", $"The indexes are an object of at most {IndexesMax} members, each of them an index under its name.");
        }

        foreach (JsonProperty member in list.EnumerateObject())
        {
            string at = QueryFault.Step("/indexes", member.Name);
            if (!CollectionName.IsValid(member.Name))
            {
                return new DefinitionFault(at, $"The name of an index is {CollectionName.Rule}.");
            }

            var parser = new IndexParser(collection, prefix, member.Name, at);
            if (parser.Parse(member.Value) is { } index)
            {
                indexes.Add(index);
            }
            else
            {
                return parser.Fault;
            }
        }

        return null;
    }
}
