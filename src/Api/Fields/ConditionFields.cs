using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Fields;

/// <summary>The conditional request fields of RFC 9110 section 13.1.</summary>
/// <param name="Write">Those that writes and reads have in common.</param>
/// <param name="IfModifiedSince">Counts for GET and HEAD, where If-None-Match is absent.</param>
internal readonly record struct ConditionFields(Conditions Write, DateTimeOffset? IfModifiedSince)
{
    /// <summary>In the order in which fingerprints of remembered requests have them on disk: it never changes.</summary>
    public static readonly string[] Names = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

    /// <summary>Whether there is any of them: mostly there is none, and nothing to parse.</summary>
    public static bool AreIn(IHeaderDictionary headers) =>
        headers.IfNoneMatch.Count > 0 || headers.IfMatch.Count > 0 || headers.IfModifiedSince.Count > 0 || headers.IfUnmodifiedSince.Count > 0;

    public static Problem? TryParse(IHeaderDictionary headers, out ConditionFields fields)
    {
        fields = default;
        if (!AreIn(headers))
        {
            return null;
        }

        if (!EntityTag.TryParse(headers.IfMatch, countsWeak: false, out VersionMatch? match))
        {
            return Malformed("If-Match");
        }

        if (!EntityTag.TryParse(headers.IfNoneMatch, countsWeak: true, out VersionMatch? noneMatch))
        {
            return Malformed("If-None-Match");
        }

        var conditions = new Conditions
        {
            IfMatch = match,
            IfNoneMatch = noneMatch,
            IfUnmodifiedSince = match is null ? HttpDate.Parse(headers.IfUnmodifiedSince) : null,
        };
        fields = new ConditionFields(conditions, noneMatch is null ? HttpDate.Parse(headers.IfModifiedSince) : null);
        return null;
    }

    /// <summary>Whether a GET or HEAD of this version is answered 304 rather than 200.</summary>
    public bool IsNotModified(DocumentInfo current) =>
        !Write.NoneMatchHolds(exists: true, current)
        || (IfModifiedSince is { } since && current.Modified.AddTicks(-(current.Modified.Ticks % TimeSpan.TicksPerSecond)) <= since);

    public bool IsEmpty => Write == Conditions.None && IfModifiedSince is null;

    private static Problem Malformed(string field) =>
        ProblemCatalogue.Invalid($"{field} must be '*' alone or a list of entity tags in double quotes, like \"17\", \"18\".");
}
