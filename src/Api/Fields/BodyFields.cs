using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.Net.Http.Headers;

namespace DocService.Api.Fields;

/// <summary>The fields that say what a request's body is.</summary>
internal static partial class BodyFields
{
    private static readonly string[] Utf8Labels = ["utf-8", "utf8"];

    /// <summary>Null when the body is JSON in UTF-8, whole and without a content coding, of a size that may be stored.</summary>
    public static Problem? Check(HttpRequest request, long bytesMax, string setting)
    {
        return CheckType(request.ContentType) ?? CheckRest(request, bytesMax, setting);
    }

    /// <summary>The same of a patch, which has one of these types and no other.</summary>
    /// <param name="request">Its fields are read.</param>
    /// <param name="types">In lower case.</param>
    /// <param name="bytesMax">Longest body.</param>
    /// <param name="setting">The key of the configuration that says so.</param>
    /// <param name="type">The one that it has.</param>
    public static Problem? CheckPatch(HttpRequest request, IReadOnlyList<string> types, long bytesMax, string setting, out string type)
    {
        type = string.Empty;
        Problem? wrong = CheckType(request.ContentType);
        if (request.ContentType is { } sent && TryParse(sent, out MediaTypeHeaderValue? parsed))
        {
            type = types.FirstOrDefault(known => parsed.MediaType.Equals(known, StringComparison.OrdinalIgnoreCase)) ?? string.Empty;
        }

        return type.Length > 0 ? (wrong is null ? CheckRest(request, bytesMax, setting) : wrong with { Field = new("Accept-Patch", string.Join(", ", types)) })
            : new Problem(ProblemCatalogue.UnsupportedMediaType, $"A patch is sent as {string.Join(" or ", types)}. With curl: -H 'Content-Type: {types[0]}'.")
            {
                Field = new("Accept-Patch", string.Join(", ", types)),
            };
    }

    /// <summary>The same of lines of JSON, as many as there are.</summary>
    /// <param name="request">Its fields are read.</param>
    /// <param name="types">Names that such lines go by, in lower case; the first is told.</param>
    public static Problem? CheckLines(HttpRequest request, IReadOnlyList<string> types) =>
        request.ContentType is { } sent && TryParse(sent, out MediaTypeHeaderValue? parsed) && types.Any(known => parsed.MediaType.Equals(known, StringComparison.OrdinalIgnoreCase))
            ? CheckRest(request, long.MaxValue, string.Empty)
            : new Problem(ProblemCatalogue.UnsupportedMediaType, $"Lines are sent as {types[0]}. With curl: -H 'Content-Type: {types[0]}' --data-binary @FILE.") { Field = new("Accept", types[0]) };

    private static Problem? CheckRest(HttpRequest request, long bytesMax, string setting)
    {
        foreach (string coding in request.Headers.GetCommaSeparatedValues("Content-Encoding"))
        {
            if (!coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                return new Problem(ProblemCatalogue.UnsupportedMediaType, $"Content-Encoding {coding} is not taken: documents are stored as the bytes that were sent.")
                {
                    Field = new("Accept-Encoding", "identity"),
                };
            }
        }

        if (request.Headers.ContentRange.Count > 0)
        {
            return ProblemCatalogue.Invalid("Content-Range is not taken: a body is always whole (RFC 9110 section 14.5).");
        }

        return request.ContentLength > bytesMax ? ProblemCatalogue.TooLarge(bytesMax, setting) : null;
    }

    /// <summary>The media type to store with a body that has passed. A tab, which is allowed between parameters, is stored as a space.</summary>
    public static string TypeOf(HttpRequest request) => request.ContentType!.Replace('\t', ' ');

    /// <summary>Null when this is the type of a document.</summary>
    public static Problem? CheckType(string? contentType)
    {
        if (contentType == "application/json")
        {
            return null; // nearly always
        }

        if (contentType is null || !TryParse(contentType, out MediaTypeHeaderValue? type))
        {
            return Unsupported(contentType is null ? "Content-Type is missing" : "Content-Type is malformed, or sent more than once");
        }

        bool isJson = type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
        if (!isJson || type.MediaType.AsSpan().Contains('*'))
        {
            return Unsupported($"{type.MediaType} is not JSON");
        }

        // RFC 8259 knows no charset. Many send this one; the second spelling is the Encoding Standard's other label of it.
        foreach (NameValueHeaderValue parameter in type.Parameters)
        {
            if (parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)
                && !Utf8Labels.Contains(parameter.GetUnescapedValue().Value ?? string.Empty, StringComparer.OrdinalIgnoreCase))
            {
                return Unsupported($"charset {parameter.Value} is not taken, JSON is UTF-8");
            }
        }

        return contentType.Length > DocumentContent.ContentTypeLengthMax || contentType.Replace('\t', ' ').AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? Unsupported($"Content-Type is longer than {DocumentContent.ContentTypeLengthMax} characters or holds others than printable ASCII")
            : null;
    }

    /// <summary>
    /// The framework's parser, and two rules of RFC 9110 that it does not keep: no white space beside the slash (8.3.1),
    /// and parameters that are empty (5.6.6).
    /// </summary>
    private static bool TryParse(string text, [NotNullWhen(true)] out MediaTypeHeaderValue? type)
    {
        type = null;
        int end = text.IndexOf(';', StringComparison.Ordinal);
        ReadOnlySpan<char> name = (end < 0 ? text : text.AsSpan(0, end)).Trim(" \t");
        return !name.ContainsAny(' ', '\t')
            && (MediaTypeHeaderValue.TryParse(text, out type) || MediaTypeHeaderValue.TryParse(EmptyParameters().Replace(text, string.Empty), out type));
    }

    [GeneratedRegex(@";[ \t]*(?=;|$)")]
    private static partial Regex EmptyParameters();

    private static Problem Unsupported(string reason) =>
        new(ProblemCatalogue.UnsupportedMediaType, $"{reason}. With curl: -H 'Content-Type: application/json'.") { Field = new("Accept", "application/json") };
}
