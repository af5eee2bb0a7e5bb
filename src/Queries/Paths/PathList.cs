using System.Text.Json;

namespace DocService.Queries.Paths;

/// <summary>Parses lists of paths in a query's JSON, each path once.</summary>
internal static class PathList
{
    /// <param name="list">Should be an array of strings.</param>
    /// <param name="pointer">To it.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="paths">Filled as far as it went.</param>
    /// <returns>Where the fault is and what; null when there is none.</returns>
    public static (string At, string Detail)? Read(JsonElement list, string pointer, int most, List<DocumentPath> paths)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            return (pointer, "This is an array of paths, such as [\"name\",\"address.city\"].");
        }

        foreach (JsonElement text in list.EnumerateArray())
        {
            if (text.ValueKind != JsonValueKind.String)
            {
                return ($"{pointer}/{paths.Count}", "A path is a string.");
            }

            if (Add(text.GetString()!, $"{pointer}/{paths.Count}", most, paths) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    public static (string At, string Detail)? Add(string text, string pointer, int most, List<DocumentPath> paths)
    {
        if (!DocumentPath.TryParse(text, out DocumentPath? path, out string? fault))
        {
            return (pointer, fault!);
        }

        if (paths.Contains(path))
        {
            return (pointer, $"The path \"{text}\" is named twice.");
        }

        if (paths.Count == most)
        {
            return (pointer, $"At most {most} paths are allowed.");
        }

        paths.Add(path);
        return null;
    }
}
