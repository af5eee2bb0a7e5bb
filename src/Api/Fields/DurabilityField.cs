using System.Globalization;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Fields;

/// <summary>The Durability field: a level asked for, and the level reached.</summary>
internal static class DurabilityField
{
    public const string Name = "Durability";

    public static Problem? TryParse(IHeaderDictionary headers, DurabilityLevel otherwise, out DurabilityLevel level)
    {
        StringValues lines = headers[Name];
        level = otherwise;
        if (lines.Count == 0)
        {
            return null;
        }

        DurabilityLevel? asked = lines.Count == 1 && StructuredFields.ParseToken(lines[0]!) is { } token ? Parse(token) : null;
        level = asked ?? otherwise;
        return asked is null ? ProblemCatalogue.Invalid("Durability must be one of buffered, durable, filed and replicated, once.") : null;
    }

    /// <summary>A level that can be asked for, or null.</summary>
    public static DurabilityLevel? Parse(string token) => token switch
    {
        "buffered" => DurabilityLevel.Buffered,
        "durable" => DurabilityLevel.Durable,
        "filed" => DurabilityLevel.Filed,
        "replicated" => DurabilityLevel.Replicated,
        _ => null,
    };

    public static string NameOf(DurabilityLevel level) => level switch
    {
        DurabilityLevel.Replicated => "replicated",
        DurabilityLevel.Filed => "filed",
        DurabilityLevel.Durable => "durable",
        DurabilityLevel.Buffered => "buffered",
        _ => "volatile",
    };

    /// <summary>
    /// Whether the answer to a write comes before its sync, so that no reader may see it yet: as asked, also where the
    /// filesystem keeps nothing and the level reached is a lower one.
    /// </summary>
    public static bool IsBuffered(DurabilityLevel asked, DurabilityLevel reached) =>
        asked == DurabilityLevel.Buffered && reached <= DurabilityLevel.Buffered;

    public static string Format(DurabilityLevel level, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{NameOf(level)};seq={sequence}");
}
