using System.Text.Json;

namespace DocService.Patches.Text;

/// <summary>Finds the place of a path, in one pass from the document's beginning to that place.</summary>
internal static class JsonWalk
{
    /// <summary>Null, with the reason, when there is no such place: not even one where a value could be added.</summary>
    /// <param name="json">A valid document.</param>
    /// <param name="pointer">The path.</param>
    /// <param name="bytesRead">How far it has read, for the one who bounds its work.</param>
    /// <param name="reason">A clause.</param>
    public static JsonPlace? Find(ReadOnlySpan<byte> json, JsonPointer pointer, out long bytesRead, out string reason)
    {
        reason = string.Empty;
        Utf8JsonReader reader = ReaderOf(json);
        reader.Read();
        var place = new JsonPlace { IsRoot = true };
        for (int step = 0; step < pointer.Steps.Count; step++)
        {
            bool isLast = step == pointer.Steps.Count - 1;
            string? fault = reader.TokenType switch
            {
                JsonTokenType.StartObject => EnterMember(ref reader, pointer.Steps[step], out place),
                JsonTokenType.StartArray => EnterElement(ref reader, pointer.Steps[step], out place),
                _ => $"{Describe(pointer, step)} is neither an object nor an array",
            };
            if (fault is null && !place.Exists && !isLast)
            {
                fault = Nothing(pointer.ShowBeginning(step + 1));
            }

            if (fault is not null)
            {
                bytesRead = reader.BytesConsumed;
                reason = fault;
                return null;
            }
        }

        if (place.IsRoot || place.Exists)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            place = place with { Exists = true, Start = start, End = (int)reader.BytesConsumed };
        }

        bytesRead = reader.BytesConsumed;
        return place;
    }

    /// <summary>The same, where there has to be a value.</summary>
    public static JsonPlace? FindValue(ReadOnlySpan<byte> json, JsonPointer pointer, out long bytesRead, out string reason)
    {
        JsonPlace? place = Find(json, pointer, out bytesRead, out reason);
        if (place is { Exists: false })
        {
            reason = Nothing(pointer.Shown);
            return null;
        }

        return place;
    }

    /// <summary>As deep as a document may ever be: the depth is judged elsewhere.</summary>
    public static Utf8JsonReader ReaderOf(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = int.MaxValue });

    /// <summary>Leaves the reader at the member's value, or at the object's end.</summary>
    private static string? EnterMember(ref Utf8JsonReader reader, string name, out JsonPlace place)
    {
        int before = (int)reader.BytesConsumed;
        bool isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt)
            {
                place = new JsonPlace { Exists = true, Before = before, IsFirst = isFirst };
                return null;
            }

            reader.Skip();
            before = (int)reader.BytesConsumed;
            isFirst = false;
        }

        place = new JsonPlace { Start = before, End = before, Before = before, IsFirst = isFirst };
        return null;
    }

    /// <summary>Leaves the reader at the element, or at the array's end.</summary>
    private static string? EnterElement(ref Utf8JsonReader reader, string step, out JsonPlace place)
    {
        place = default;
        bool isBehind = step == JsonPointer.Behind;
        int wanted = int.MaxValue;
        if (!isBehind && !JsonPointer.TryGetIndex(step, out wanted))
        {
            return $"'{JsonPointer.Show(step)}' is no index of an array";
        }

        int before = (int)reader.BytesConsumed;
        int index = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index == wanted && !isBehind)
            {
                place = new JsonPlace { Exists = true, IsInArray = true, Before = before, IsFirst = index == 0 };
                return null;
            }

            reader.Skip();
            before = (int)reader.BytesConsumed;
            index++;
        }

        place = new JsonPlace { IsInArray = true, Start = before, End = before, Before = before, IsFirst = index == 0 };
        return isBehind || index == wanted ? null : $"the array has {(index == 1 ? "1 element" : $"{index} elements")}, so {wanted} is beyond its end";
    }

    private static string Describe(JsonPointer pointer, int steps) => steps == 0 ? "the document" : $"what is at '{pointer.ShowBeginning(steps)}'";

    private static string Nothing(string path) => $"there is nothing at '{path}'";
}
