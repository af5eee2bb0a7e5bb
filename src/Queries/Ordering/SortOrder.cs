using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DocService.Queries.Filters;
using DocService.Queries.Paths;

namespace DocService.Queries.Ordering;

/// <summary>What documents are sorted by; documents that it does not tell apart are ordered by their ids. Immutable.</summary>
public sealed class SortOrder
{
    /// <summary>More would not fit a key of 512 bytes.</summary>
    public const int FieldsMax = 16;

    private SortOrder(IReadOnlyList<SortField> fields) => Fields = fields;

    public IReadOnlyList<SortField> Fields { get; }

    /// <summary>The parameter's form: <c>-age,name</c>. A path that contains a comma or begins with a minus needs the other form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SortOrder? order, [NotNullWhen(false)] out QueryFault? fault)
    {
        var faults = new FaultList(QueryFault.InvalidSort);
        var fields = new List<SortField>();
        foreach (string part in text.Split(','))
        {
            bool isDescending = part.StartsWith('-');
            if (!Add(fields, isDescending ? part[1..] : part, isDescending, $"/{fields.Count}", faults))
            {
                break;
            }
        }

        return Finish(fields, faults, out order, out fault);
    }

    /// <summary>The body's form: an array of <c>"age"</c>, <c>"-age"</c> or <c>{"path":"age","descending":true}</c>.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out SortOrder? order, [NotNullWhen(false)] out QueryFault? fault)
    {
        var faults = new FaultList(QueryFault.InvalidSort);
        var fields = new List<SortField>();
        using (JsonDocument? document = QueryJson.Parse(json, "sort", faults))
        {
            if (document is not null && (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() == 0))
            {
                faults.Add<object>("", "A sort is an array of at least one path, such as [\"-age\",\"name\"].");
            }
            else if (document is not null)
            {
                _ = document.RootElement.EnumerateArray().All(part => Add(fields, part, faults));
            }
        }

        return Finish(fields, faults, out order, out fault);
    }

    private static bool Add(List<SortField> fields, JsonElement part, FaultList faults)
    {
        string pointer = $"/{fields.Count}";
        if (part.ValueKind == JsonValueKind.String)
        {
            string text = part.GetString()!;
            bool isDescending = text.StartsWith('-');
            return Add(fields, isDescending ? text[1..] : text, isDescending, pointer, faults);
        }

        bool isObject = part.ValueKind == JsonValueKind.Object;
        if (isObject && part.EnumerateObject().FirstOrDefault(member => member.Name is not ("path" or "descending")) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            faults.Add<object>(QueryFault.Step(pointer, unknown.Name), $"There is no \"{unknown.Name}\" here, only \"path\" and \"descending\".");
            return false;
        }

        if (!isObject || !part.TryGetProperty("path", out JsonElement path) || path.ValueKind != JsonValueKind.String)
        {
            faults.Add<object>(pointer, "A field to sort by is a path, or an object such as {\"path\":\"age\",\"descending\":true}.");
            return false;
        }

        bool hasDirection = part.TryGetProperty("descending", out JsonElement direction);
        if (hasDirection && direction.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            faults.Add<object>($"{pointer}/descending", "\"descending\" is true or false.");
            return false;
        }

        return Add(fields, path.GetString()!, hasDirection && direction.GetBoolean(), pointer, faults);
    }

    private static bool Add(List<SortField> fields, string text, bool isDescending, string pointer, FaultList faults)
    {
        if (!DocumentPath.TryParse(text, out DocumentPath? path, out string? detail))
        {
            faults.Add<object>(pointer, detail!);
            return false;
        }

        if (fields.Any(field => field.Path.Equals(path)) || fields.Count == FieldsMax)
        {
            faults.Add<object>(pointer, fields.Count == FieldsMax ? $"A sort has at most {FieldsMax} paths." : $"The path \"{text}\" stands in the sort twice.");
            return false;
        }

        fields.Add(new SortField(path, isDescending));
        return true;
    }

    private static bool Finish(List<SortField> fields, FaultList faults, out SortOrder? order, out QueryFault? fault)
    {
        fault = faults.First;
        order = fault is null ? new SortOrder(fields) : null;
        return order is not null;
    }
}
