namespace DocService.Api.OpenApi;

/// <summary>The header fields that answers carry.</summary>
internal static class ResponseFields
{
    public static readonly ResponseField ETag = new(
        "ETag", "The document's version in quotes, a strong entity tag. Send it back in If-Match or If-None-Match.", DocumentExamples.ETag);

    public static readonly ResponseField LastModified = new(
        "Last-Modified",
        "When this version was written, in whole seconds. Left out while the version is younger than one second. Two versions can have the same date: entity tags are the safe way.",
        DocumentExamples.Date);

    public static readonly ResponseField CacheControl = new(
        "Cache-Control", "Caches may keep the document and ask whether it is still the same before each use.", "no-cache");

    public static readonly ResponseField ReprDigest = new(
        "Repr-Digest", "SHA-256 of the document's bytes (RFC 9530).", DocumentExamples.Digest);

    public static readonly ResponseField AcceptRanges = new("Accept-Ranges", "Documents are read whole.", "none");

    public static readonly ResponseField ContentLength = new("Content-Length", "Bytes of the document.", DocumentExamples.Length);

    public static readonly ResponseField Location = new("Location", "Path of the document that was created.", "/docs/users/42");

    public static readonly ResponseField ContentLocation = new("Content-Location", "The body of this answer is the document under this path.", "/docs/users/42");

    public static readonly ResponseField Durability = new(
        "Durability",
        "The level that the write has reached, and the sequence of its commit. 'volatile' means that the filesystem cannot promise anything.",
        $"filed;seq={DocumentExamples.Version}");

    public static readonly ResponseField DurabilityBuffered = Durability with { Example = $"buffered;seq={DocumentExamples.Version}" };

    public static readonly ResponseField PreferenceApplied = new(
        "Preference-Applied", "The 'return' preference that was followed; only where the request states one.", "return=representation");

    public static readonly ResponseField Allow = new("Allow", "The methods that the resource takes.", "GET, HEAD, PUT, DELETE, OPTIONS");

    public static readonly ResponseField RetryAfter = new("Retry-After", "Seconds after which trying again makes sense. Not with every problem of this status.", "1");

    public static readonly ResponseField RedirectLocation = new("Location", "Swagger UI.", "/swagger");

    /// <summary>What an answer says that shows the document itself.</summary>
    public static IReadOnlyList<ResponseField> OfDocument { get; } =
        [ETag, LastModified, CacheControl, ReprDigest, AcceptRanges, ContentLength];
}
