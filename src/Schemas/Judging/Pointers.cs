namespace DocService.Schemas.Judging;

/// <summary>Steps of JSON Pointers (RFC 6901).</summary>
internal static class Pointers
{
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>In this order, so that ~01 is ~1 and not a slash.</summary>
    public static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
