using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.Net.Http.Headers;

namespace DocService.Api.Fields;

/// <summary>The fields that say what a request's body is.</summary>
internal static class BodyFields
{
    /// <summary>Null when the body is JSON in UTF-8, whole and without a content coding, of a size that may be stored.</summary>
    public static Problem? Check(HttpRequest request, long bytesMax)
    {
        if (CheckType(request.ContentType) is { } problem)
        {
            return problem;
        }

        foreach (string? coding in request.Headers.ContentEncoding)
        {
            if (!string.IsNullOrEmpty(coding) && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                return new Problem(ProblemCatalogue.UnsupportedMediaType, $"Content-Encoding {coding} is not taken: documents are stored as the bytes that were sent.");
            }
        }

        if (request.Headers.ContentRange.Count > 0)
        {
            return ProblemCatalogue.Invalid("Content-Range is not taken: a PUT replaces the whole document (RFC 9110 section 14.5).");
        }

        return request.ContentLength > bytesMax ? ProblemCatalogue.TooLarge(bytesMax) : null;
    }

    private static Problem? CheckType(string? contentType)
    {
        if (contentType == "application/json")
        {
            return null; // nearly always
        }

        if (contentType is null || !MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type))
        {
            return Unsupported(contentType is null ? "Content-Type is missing" : "Content-Type is malformed");
        }

        bool isJson = type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
        if (!isJson || type.MediaType.AsSpan().Contains('*'))
        {
            return Unsupported($"{type.MediaType} is not JSON");
        }

        if (type.Charset.HasValue && !type.Charset.Value.AsSpan().Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return Unsupported($"charset {type.Charset} is not taken, JSON is UTF-8");
        }

        return contentType.Length > DocumentContent.ContentTypeLengthMax || contentType.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? Unsupported($"Content-Type is longer than {DocumentContent.ContentTypeLengthMax} characters or holds others than printable ASCII")
            : null;
    }

    private static Problem Unsupported(string reason) =>
        new(ProblemCatalogue.UnsupportedMediaType, $"{reason}. With curl: -H 'Content-Type: application/json'.");
}
