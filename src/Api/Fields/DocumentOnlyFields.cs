namespace DocService.Api.Fields;

/// <summary>Fields of a single document's requests. Where many are written at once, a request that its client takes for conditional is refused rather than carried out.</summary>
internal static class DocumentOnlyFields
{
    private static readonly string[] Names = [.. ConditionFields.Names, "Prefer"];

    /// <summary>The first of them that the request has; null for none.</summary>
    public static string? FindIn(IHeaderDictionary headers) => Array.Find(Names, headers.ContainsKey);
}
