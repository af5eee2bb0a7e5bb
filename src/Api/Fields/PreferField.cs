using Microsoft.Extensions.Primitives;

namespace DocService.Api.Fields;

/// <summary>Prefer: return=representation or return=minimal (RFC 7240 section 4.2). What is not understood is ignored, as it asks.</summary>
internal static class PreferField
{
    public const string Representation = "return=representation";
    public const string Minimal = "return=minimal";

    /// <summary>One of the two, or null. The first of several counts (section 2).</summary>
    public static string? Parse(StringValues lines)
    {
        foreach (string? line in lines)
        {
            foreach (string preference in (line ?? string.Empty).Split(','))
            {
                string[] parts = preference.Split(';')[0].Split('=', 2);
                if (parts.Length == 2 && parts[0].Trim().Equals("return", StringComparison.OrdinalIgnoreCase))
                {
                    string value = parts[1].Trim().Trim('"');
                    if (value is "representation" or "minimal")
                    {
                        return value == "minimal" ? Minimal : Representation;
                    }
                }
            }
        }

        return null;
    }
}
