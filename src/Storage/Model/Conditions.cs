namespace DocService.Storage.Model;

/// <summary>
/// What must hold of a document's current version for a request to go on: the preconditions of RFC 9110 section 13
/// in values. For writes they are judged inside the commit, under the key's lock.
/// </summary>
/// <remarks>
/// <see cref="IfUnmodifiedSince"/> counts only where <see cref="IfMatch"/> is absent (13.2.2), and is ignored for a
/// document that does not exist, because that has no modification date (13.1.4).
/// </remarks>
public readonly record struct Conditions
{
    /// <summary>The document must exist and have one of these versions.</summary>
    public VersionMatch? IfMatch { get; init; }

    /// <summary>The document must not have been modified after this time (whole seconds).</summary>
    public DateTimeOffset? IfUnmodifiedSince { get; init; }

    /// <summary>The document must not have one of these versions; with <see cref="VersionMatch.Any"/> it must not exist.</summary>
    public VersionMatch? IfNoneMatch { get; init; }

    /// <summary>No condition at all.</summary>
    public static Conditions None => default;

    /// <summary>Whether judging an existing document takes its version or date, or only the fact that it exists.</summary>
    public bool NeedVersion =>
        IfMatch is { IsAny: false } || IfNoneMatch is { IsAny: false } || (IfMatch is null && IfUnmodifiedSince is not null);

    /// <summary>Whether all conditions hold.</summary>
    /// <param name="exists">Whether there is a document.</param>
    /// <param name="current">Its current version; may be null for an unreadable document when <see cref="NeedVersion"/> is false.</param>
    public bool Hold(bool exists, DocumentInfo? current) => MatchHolds(exists, current) && NoneMatchHolds(exists, current);

    /// <summary>Whether <see cref="IfMatch"/>, or in its absence <see cref="IfUnmodifiedSince"/>, holds.</summary>
    public bool MatchHolds(bool exists, DocumentInfo? current)
    {
        if (IfMatch is { } match)
        {
            return exists && (match.IsAny || match.Contains(Known(current).Version));
        }

        return IfUnmodifiedSince is not { } since || !exists || WholeSeconds(Known(current).Modified) <= since;
    }

    /// <summary>Whether <see cref="IfNoneMatch"/> holds.</summary>
    public bool NoneMatchHolds(bool exists, DocumentInfo? current) =>
        IfNoneMatch is not { } noneMatch || !exists || !(noneMatch.IsAny || noneMatch.Contains(Known(current).Version));

    private static DocumentInfo Known(DocumentInfo? current) =>
        current ?? throw new ArgumentNullException(nameof(current), "These conditions take the version of an existing document.");

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
