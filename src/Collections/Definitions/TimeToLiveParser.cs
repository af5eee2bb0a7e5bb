using System.Text.Json;
using DocService.Queries;
using DocService.Queries.Paths;

namespace DocService.Collections.Definitions;

/// <summary>Reads the member timeToLive of a definition.</summary>
internal static class TimeToLiveParser
{
    private const string At = "/timeToLive";
    private const string FieldAt = At + "/field";

    private static readonly string Rule = $"A time to live is a whole number of seconds from 1 to {TimeToLive.SecondsMax}, or {{\"field\":…}} with the path to a moment in the document.";

    /// <param name="value">Of the member.</param>
    /// <param name="timeToLive">Null after a fault.</param>
    public static DefinitionFault? Read(JsonElement value, out TimeToLive? timeToLive)
    {
        timeToLive = null;
        if (value.ValueKind == JsonValueKind.Object)
        {
            return ReadField(value, out timeToLive);
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long seconds) || seconds is < 1 or > TimeToLive.SecondsMax)
        {
            return new DefinitionFault(At, Rule);
        }

        timeToLive = TimeToLive.Of(TimeSpan.FromSeconds(seconds));
        return null;
    }

    private static DefinitionFault? ReadField(JsonElement value, out TimeToLive? timeToLive)
    {
        timeToLive = null;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Name != "field")
            {
                return new DefinitionFault(QueryFault.Step(At, member.Name), "A time to live has the member field alone.");
            }
        }

        if (!value.TryGetProperty("field", out JsonElement field))
        {
            return new DefinitionFault(At, Rule);
        }

        if (field.ValueKind != JsonValueKind.String)
        {
            return new DefinitionFault(FieldAt, "A path is a string.");
        }

        if (!DocumentPath.TryParse(field.GetString()!, out DocumentPath? path, out string? fault))
        {
            return new DefinitionFault(FieldAt, fault!);
        }

        if (path.Fact is not null)
        {
            return new DefinitionFault(FieldAt, "The moment is read from the body, not from the facts of a document.");
        }

        timeToLive = TimeToLive.Of(path);
        return null;
    }
}
