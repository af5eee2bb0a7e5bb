namespace DocService.Collections.Definitions;

/// <summary>JSON Pointers (RFC 6901).</summary>
internal static class Pointer
{
    /// <summary>One step further.</summary>
    public static string Step(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
