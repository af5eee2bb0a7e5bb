using System.Globalization;
using DocService.Storage;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DocService.Api.Fields;

/// <summary>Entity tags (RFC 9110 section 8.8.3): a document's is its version in quotes, strong.</summary>
internal static class EntityTag
{
    public static string Of(DocumentInfo info) => Of(info.Version);

    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>
    /// Parses the field lines of If-Match or If-None-Match. Tags that no version of this server has match nothing;
    /// weak ones count for If-None-Match alone.
    /// </summary>
    /// <param name="lines">All lines of the field.</param>
    /// <param name="countsWeak">Whether W/"17" matches version 17 (weak comparison).</param>
    /// <param name="match">The condition; null where the field is absent.</param>
    /// <returns>False when malformed, or when there are tags beside <c>*</c>.</returns>
    public static bool TryParse(StringValues lines, bool countsWeak, out VersionMatch? match)
    {
        match = null;
        if (lines.Count == 0)
        {
            return true;
        }

        ReadOnlySpan<char> rest = string.Join(',', lines.ToArray()).AsSpan().Trim(" \t");
        if (rest is "*")
        {
            match = VersionMatch.Any;
            return true;
        }

        var versions = new List<long>();
        int tags = 0;
        while (!rest.IsEmpty)
        {
            // Empty elements are allowed (5.6.1.2).
            if (rest[0] is ',' or ' ' or '\t')
            {
                rest = rest[1..];
                continue;
            }

            if (!TryParseOne(ref rest, countsWeak, versions))
            {
                return false;
            }

            tags++;
        }

        match = VersionMatch.Of([.. versions]);
        return tags > 0;
    }

    /// <summary>Whether the field names this tag, by weak comparison, or is <c>*</c>; false where it is absent or malformed.</summary>
    public static bool IsAmong(StringValues lines, string tag) =>
        EntityTagHeaderValue.TryParseList(lines, out IList<EntityTagHeaderValue>? tags)
        && tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false));

    /// <summary>The name of a field of entity tags that is malformed; null where none is.</summary>
    public static string? FindMalformed(IHeaderDictionary headers) =>
        !TryParse(headers.IfMatch, countsWeak: false, out _) ? "If-Match" : !TryParse(headers.IfNoneMatch, countsWeak: true, out _) ? "If-None-Match" : null;

    private static bool TryParseOne(ref ReadOnlySpan<char> rest, bool countsWeak, List<long> versions)
    {
        bool isWeak = rest.StartsWith("W/", StringComparison.Ordinal);
        ReadOnlySpan<char> tag = isWeak ? rest[2..] : rest;
        if (tag.IsEmpty || tag[0] != '"')
        {
            return false;
        }

        int end = tag[1..].IndexOf('"');
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<char> opaque = tag.Slice(1, end);
        foreach (char character in opaque)
        {
            if (character is <= ' ' or '\u007f')
            {
                return false; // etagc = %x21 / %x23-7E / obs-text
            }
        }

        rest = tag[(end + 2)..].TrimStart(" \t");
        if (!rest.IsEmpty && rest[0] != ',')
        {
            return false;
        }

        bool isVersion = long.TryParse(opaque, NumberStyles.None, CultureInfo.InvariantCulture, out long version) && version > 0 && opaque[0] != '0';
        if (isVersion && (countsWeak || !isWeak))
        {
            versions.Add(version);
        }

        return true;
    }
}
