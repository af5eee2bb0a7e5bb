using System.Text;
using System.Text.Json;
using DocService.Index.Declared;
using DocService.Queries;
using DocService.Queries.Filters;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;

namespace DocService.Collections.Definitions;

/// <summary>Reads one index of a definition.</summary>
/// <param name="collection">Its name.</param>
/// <param name="prefix">Of its documents.</param>
/// <param name="name">Of the index.</param>
/// <param name="at">Where the index stands in the definition.</param>
internal sealed class IndexParser(string collection, string prefix, string name, string at)
{
    private const int FieldsMax = 16;

    /// <summary>Changes when entries are made in another way, so that they are all made again.</summary>
    private const string EntriesVersion = "1";

    /// <summary>A pattern's time is linear in the text, so there is nothing to cut off; a document without its entries would be worse.</summary>
    private static readonly TimeSpan RegexTime = TimeSpan.FromHours(1);

    public DefinitionFault? Fault { get; private set; }

    public CollectionIndex? Parse(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Refuse("", "An index is an object with fields, such as {\"fields\":[\"email\"]}, or with text, such as {\"text\":[\"title\"]}.");
        }

        bool isText = value.TryGetProperty("text", out JsonElement text);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Name is not ("text" or "fields" or "unique" or "fold" or "where"))
            {
                return Refuse(QueryFault.Step("", member.Name), "An index has the members fields, unique, where and fold, or text alone.");
            }

            if (isText && member.Name != "text")
            {
                return Refuse(QueryFault.Step("", member.Name), "An index with text has no other member.");
            }
        }

        return isText ? ParseText(text) : ParseKeys(value);
    }

    private CollectionIndex? ParseText(JsonElement list)
    {
        if (ReadFields(list, "/text", mayDescend: false) is not { } fields)
        {
            return null;
        }

        if (fields.FindIndex(field => field.Path.Fact is not null) is >= 0 and var fact)
        {
            return Refuse($"/text/{fact}", "Text is read from the body, not from the facts of a document.");
        }

        return new CollectionIndex(name, new DeclaredIndex
        {
            Prefix = prefix,
            Identity = Identity(fields, "text", null),
            Text = [.. fields.Select(field => field.Path)],
        });
    }

    private CollectionIndex? ParseKeys(JsonElement value)
    {
        if (!value.TryGetProperty("fields", out JsonElement list))
        {
            return Refuse("", "An index has the member fields, or text.");
        }

        Filter? where = null;
        if (ReadFields(list, "/fields", mayDescend: true) is not { } fields
            || !ReadFlag(value, "unique", out bool isUnique)
            || !ReadFlag(value, "fold", out bool isFolded)
            || (value.TryGetProperty("where", out JsonElement filter) && (where = ReadWhere(filter)) is null))
        {
            return null;
        }

        // The version and the times of a write are not known when its values are judged.
        if (isUnique && fields.FindIndex(field => field.Path.Fact is not null) is >= 0 and var fact)
        {
            return Refuse($"/fields/{fact}", "A unique index has paths of the body only, not facts of a document.");
        }

        if (isUnique && where is { AsksForFacts: true })
        {
            return Refuse("/where", "A unique index asks for what the body holds only, not for facts of a document.");
        }

        var keys = new IndexDefinition { Name = name, Fields = fields, IsFolded = isFolded, IsUnique = isUnique, Where = where };
        string kind = $"keys{(isUnique ? " unique" : "")}{(isFolded ? " fold" : "")}";
        return new CollectionIndex(name, new DeclaredIndex
        {
            Prefix = prefix,
            Identity = Identity(fields, kind, where is null ? null : filter.GetRawText()),
            Keys = keys,
        });
    }

    private List<IndexField>? ReadFields(JsonElement list, string where, bool mayDescend)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > FieldsMax)
        {
            return Refuse<List<IndexField>>(where, $"Here stands an array of 1 to {FieldsMax} paths.");
        }

        var fields = new List<IndexField>();
        foreach (JsonElement element in list.EnumerateArray())
        {
            string here = $"{where}/{fields.Count}";
            bool isDescending = false;
            JsonElement text = element;
            if (mayDescend && element.ValueKind == JsonValueKind.Object)
            {
                if (!element.TryGetProperty("path", out text) || !ReadFlag(element, "descending", out isDescending) || element.EnumerateObject().Any(member => member.Name is not ("path" or "descending")))
                {
                    return Refuse<List<IndexField>>(here, "A field is a path, or {\"path\":…,\"descending\":true}.");
                }
            }

            if (text.ValueKind != JsonValueKind.String)
            {
                return Refuse<List<IndexField>>(here, "A path is a string.");
            }

            string written = text.GetString()!;
            if (mayDescend && element.ValueKind == JsonValueKind.String && written.StartsWith('-'))
            {
                (written, isDescending) = (written[1..], true); // as in a sort
            }

            if (!DocumentPath.TryParse(written, out DocumentPath? path, out string? fault))
            {
                return Refuse<List<IndexField>>(here, fault!);
            }

            if (fields.Exists(field => field.Path.Equals(path)))
            {
                return Refuse<List<IndexField>>(here, "The path stands there twice.");
            }

            fields.Add(new IndexField(path, isDescending));
        }

        return fields;
    }

    private bool ReadFlag(JsonElement value, string member, out bool flag)
    {
        flag = false;
        if (!value.TryGetProperty(member, out JsonElement found))
        {
            return true;
        }

        flag = found.ValueKind == JsonValueKind.True;
        return flag || found.ValueKind == JsonValueKind.False || Refuse<object>($"/{member}", "It is true or false.") is not null;
    }

    private Filter? ReadWhere(JsonElement value) =>
        Filter.TryParse(Encoding.UTF8.GetBytes(value.GetRawText()), RegexTime, out Filter? filter, out QueryFault? fault)
            ? filter
            : Refuse<Filter>($"/where{fault.At}", fault.Detail);

    /// <summary>Of all that decides which entries there are.</summary>
    private Sha256Digest Identity(IReadOnlyList<IndexField> fields, string kind, string? where)
    {
        string[] parts = [EntriesVersion, collection, prefix, name, kind, where ?? "", .. fields.Select(field => $"{(field.IsDescending ? '-' : '+')}{field.Path.Text}")];
        return Sha256Digest.Of(JsonSerializer.SerializeToUtf8Bytes(parts));
    }

    private CollectionIndex? Refuse(string where, string detail) => Refuse<CollectionIndex>(where, detail);

    private T? Refuse<T>(string where, string detail)
        where T : class
    {
        Fault ??= new DefinitionFault(at + where, detail);
        return null;
    }
}
