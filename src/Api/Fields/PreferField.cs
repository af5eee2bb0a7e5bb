namespace DocService.Api.Fields;

/// <summary>Prefer: return=representation or return=minimal (RFC 7240 section 4.2). What is not understood is ignored, as it asks.</summary>
internal static class PreferField
{
    public const string Representation = "return=representation";
    public const string Minimal = "return=minimal";

    /// <summary>One of the two, or null. The first 'return' counts, understood or not (section 2).</summary>
    public static string? Parse(IHeaderDictionary headers)
    {
        foreach (string preference in headers.GetCommaSeparatedValues("Prefer"))
        {
            string[] parts = preference.Split(';')[0].Split('=', 2);
            if (parts[0].Trim().Equals("return", StringComparison.OrdinalIgnoreCase))
            {
                return (parts.Length == 2 ? parts[1].Trim().Trim('"') : null) switch
                {
                    "representation" => Representation,
                    "minimal" => Minimal,
                    _ => null,
                };
            }
        }

        return null;
    }
}
