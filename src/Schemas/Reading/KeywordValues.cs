using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Keywords;
using DocService.Schemas.Texts;

namespace DocService.Schemas.Reading;

/// <summary>Reads values of keywords, and reports those of another kind.</summary>
internal sealed class KeywordValues(SchemaReader reader, SchemaNode node)
{
    public SchemaNode Schema(JsonElement value, SchemaPlace at) => reader.Read(value, at, node.Resource);

    /// <summary>Null after a fault, as from all others.</summary>
    public IReadOnlyList<SchemaNode>? SchemaList(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            reader.Report(at, "It is an array with at least one schema.");
            return null;
        }

        return [.. value.EnumerateArray().Select((element, number) => Schema(element, at.To(number.ToString(System.Globalization.CultureInfo.InvariantCulture))))];
    }

    public Dictionary<string, SchemaNode>? Schemas(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            reader.Report(at, "It is an object of schemas.");
            return null;
        }

        return value.EnumerateObject().ToDictionary(member => member.Name, member => Schema(member.Value, at.To(member.Name)), StringComparer.Ordinal);
    }

    public string? Text(JsonElement value, SchemaPlace at) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() : Report<string>(at, "It is a string.");

    public bool? Flag(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        reader.Report(at, "It is true or false.");
        return null;
    }

    public decimal? Number(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return JsonType.ReadNumber(value);
        }

        reader.Report(at, "It is a number.");
        return null;
    }

    public decimal? Count(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind == JsonValueKind.Number && JsonType.ReadNumber(value) is var number && number >= 0 && decimal.Truncate(number) == number)
        {
            return number;
        }

        reader.Report(at, "It is an integer from 0 on.");
        return null;
    }

    public IReadOnlyList<JsonElement>? Array(JsonElement value, SchemaPlace at) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : Report<IReadOnlyList<JsonElement>>(at, "It is an array.");

    public IReadOnlyList<string>? Names(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind != JsonValueKind.Array || !value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            return Report<IReadOnlyList<string>>(at, "It is an array of names of members.");
        }

        string[] names = [.. value.EnumerateArray().Select(name => name.GetString()!)];
        return names.Length > SchemaLimits.NamesMax ? Report<IReadOnlyList<string>>(at, $"It has at most {SchemaLimits.NamesMax} names.")
            : names.Distinct(StringComparer.Ordinal).Count() < names.Length ? Report<IReadOnlyList<string>>(at, "It names each member once.")
            : names;
    }

    public IReadOnlyList<(string Name, IReadOnlyList<string> Needs)>? NamesByName(JsonElement value, SchemaPlace at)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Report<IReadOnlyList<(string, IReadOnlyList<string>)>>(at, "It is an object of arrays of names.");
        }

        return [.. value.EnumerateObject().Select(member => (member.Name, Names(member.Value, at.To(member.Name)) ?? []))];
    }

    public JsonTypes? Types(JsonElement value, SchemaPlace at)
    {
        JsonElement[] names = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        JsonTypes types = JsonTypes.None;
        bool isRight = names.Length > 0;
        foreach (JsonElement name in names)
        {
            JsonTypes type = name.ValueKind == JsonValueKind.String ? JsonType.All.FirstOrDefault(one => name.ValueEquals(one.Name)).Type : JsonTypes.None;
            isRight &= type != JsonTypes.None;
            types |= type;
        }

        isRight &= names.Length <= JsonType.All.Count && names.Select(name => name.GetRawText()).Distinct(StringComparer.Ordinal).Count() == names.Length;
        if (!isRight)
        {
            reader.Report(at, $"It is one of {string.Join(", ", JsonType.All.Select(one => one.Name))}, or an array of some of them, each once.");
            return null;
        }

        return types;
    }

    public StringFormat? Format(JsonElement value, SchemaPlace at)
    {
        if (Text(value, at) is not { } name)
        {
            return null;
        }

        return StringFormat.Find(name) ?? Report<StringFormat>(at, $"Formats are judged, and the server knows these: {string.Join(", ", StringFormat.Names)}.");
    }

    /// <summary>As the meta-schema has it: a letter or '_', then letters, digits, '-', '.' and '_'.</summary>
    public string? Anchor(JsonElement value, SchemaPlace at)
    {
        string? anchor = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        bool isRight = anchor is { Length: > 0 } && (char.IsAsciiLetter(anchor[0]) || anchor[0] == '_') && anchor.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '.' or '_');
        return isRight ? anchor : Report<string>(at, "An anchor begins with a letter or '_', and has letters, digits, '-', '.' and '_'.");
    }

    private T? Report<T>(SchemaPlace at, string detail)
        where T : class
    {
        reader.Report(at, detail);
        return null;
    }
}
