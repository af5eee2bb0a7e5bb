using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DocService.Api.Fields;

/// <summary>Accept (RFC 9110 section 12.5.1), for the few answers that have two forms.</summary>
internal static class AcceptField
{
    private static readonly MediaTypeHeaderValue Html = new("text/html");
    private static readonly MediaTypeHeaderValue Lines = new("application/x-ndjson");
    private static readonly MediaTypeHeaderValue Events = new("text/event-stream");
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Whether HTML is wanted more than JSON, as by a browser. A program that takes anything, or sends a malformed field, gets JSON.</summary>
    public static bool PrefersHtml(StringValues lines) =>
        MediaTypeHeaderValue.TryParseList(lines, out IList<MediaTypeHeaderValue>? ranges) && Weight(ranges, Html) > Weight(ranges, Json);

    /// <summary>Whether lines of JSON are wanted more than one JSON value.</summary>
    public static bool PrefersLines(StringValues lines) =>
        MediaTypeHeaderValue.TryParseList(lines, out IList<MediaTypeHeaderValue>? ranges) && Weight(ranges, Lines) > Weight(ranges, Json);

    /// <summary>Whether a stream of events is wanted more than one JSON value.</summary>
    public static bool PrefersEvents(StringValues lines) =>
        MediaTypeHeaderValue.TryParseList(lines, out IList<MediaTypeHeaderValue>? ranges) && Weight(ranges, Events) > Weight(ranges, Json);

    /// <summary>The weight of the most specific range that the type is in; 0 where none is.</summary>
    private static double Weight(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue type) =>
        ranges.Where(type.IsSubsetOf)
            .OrderByDescending(range => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2)
            .Select(range => range.Quality ?? 1)
            .FirstOrDefault();
}
