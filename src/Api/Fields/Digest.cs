using System.Security.Cryptography;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Fields;

/// <summary>Content-Digest and Repr-Digest (RFC 9530). The two mean the same here: documents have no content coding.</summary>
internal sealed class Digest
{
    private static readonly string[] Obsolete = ["Content-MD5", "Digest"]; // RFC 7231 appendix B, RFC 9530 section 1.3

    private static readonly Digest Nothing = new();

    private readonly List<byte[]> _sha256 = [];
    private readonly List<byte[]> _sha512 = [];

    private Digest()
    {
    }

    /// <summary>Whether nothing is stated: then no body contradicts it.</summary>
    public bool IsEmpty => _sha256.Count == 0 && _sha512.Count == 0;

    /// <summary>The field's value for a digest: <c>sha-256=:base64:</c>.</summary>
    public static string Of(Sha256Digest digest)
    {
        Span<byte> value = stackalloc byte[Sha256Digest.Bytes];
        digest.CopyTo(value);
        return $"sha-256=:{Convert.ToBase64String(value)}:";
    }

    /// <summary>What the request's header states of its body; unknown algorithms are ignored.</summary>
    /// <remarks>
    /// A client that states a digest counts on its being checked, so the two fields that came before RFC 9530 are not
    /// passed over: they are refused.
    /// </remarks>
    public static Problem? TryParse(IHeaderDictionary headers, out Digest stated)
    {
        foreach (string field in Obsolete)
        {
            if (headers.ContainsKey(field))
            {
                stated = Nothing;
                return ProblemCatalogue.Invalid($"{field} is obsolete and would not be checked. Send Content-Digest, like sha-256=:base64: (RFC 9530), or none.");
            }
        }

        if (!headers.ContainsKey("Content-Digest") && !headers.ContainsKey("Repr-Digest"))
        {
            stated = Nothing;
            return null;
        }

        stated = new Digest();
        return stated.Take("Content-Digest", headers["Content-Digest"]) ?? stated.Take("Repr-Digest", headers["Repr-Digest"]);
    }

    /// <summary>Of a request whose body is not read, such as DELETE: null when nothing is stated of it, or truly that it is empty.</summary>
    public static Problem? CheckUnread(HttpRequest request)
    {
        if (TryParse(request.Headers, out Digest stated) is { } problem)
        {
            return problem;
        }

        return stated.IsEmpty ? null
            : request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
                ? ProblemCatalogue.Invalid($"The body of {request.Method} is not read, so its digest would not be checked. Send no body, or no digest.")
            : stated.Check([], Sha256Digest.Of([]));
    }

    /// <summary>Adds what the trailer of a chunked body states; to be called when the body has been read.</summary>
    /// <remarks>No other field counts in a trailer, because none is defined to be allowed there (RFC 9110 section 6.5.1).</remarks>
    public Problem? TryAddTrailer(HttpRequest request, out Digest stated)
    {
        stated = this;
        if (request.ContentLength is not null || request.HttpContext.Features.Get<IHttpRequestTrailersFeature>() is not { Available: true, Trailers: { Count: > 0 } trailers })
        {
            return null;
        }

        if (TryParse(trailers, out Digest inTrailer) is { } problem)
        {
            return problem;
        }

        inTrailer._sha256.AddRange(_sha256);
        inTrailer._sha512.AddRange(_sha512);
        stated = inTrailer.IsEmpty ? this : inTrailer;
        return null;
    }

    /// <summary>Null when the body is what was stated.</summary>
    public Problem? Check(ReadOnlySpan<byte> body, Sha256Digest sha256)
    {
        Span<byte> actual = stackalloc byte[SHA512.HashSizeInBytes];
        sha256.CopyTo(actual);
        foreach (byte[] value in _sha256)
        {
            if (!actual[..Sha256Digest.Bytes].SequenceEqual(value))
            {
                return Mismatch($"The body's digest is {Of(sha256)}.", sha256);
            }
        }

        if (_sha512.Count > 0)
        {
            SHA512.HashData(body, actual);
        }

        foreach (byte[] value in _sha512)
        {
            if (!actual.SequenceEqual(value))
            {
                return Mismatch($"The body's digest is sha-512=:{Convert.ToBase64String(actual)}:.", sha256);
            }
        }

        return null;
    }

    private static Problem Mismatch(string detail, Sha256Digest sha256) =>
        new Problem(ProblemCatalogue.DigestMismatch, detail).With(new KeyValuePair<string, object?>("actualDigest", Of(sha256)));

    private Problem? Take(string field, StringValues lines)
    {
        if (lines.Count == 0)
        {
            return null;
        }

        if (StructuredFields.ParseByteSequences(string.Join(',', lines.ToArray())) is not { } members)
        {
            return ProblemCatalogue.Invalid($"{field} must be a dictionary of byte sequences, like sha-256=:base64: (RFC 9530).");
        }

        if (members.TryGetValue("sha-256", out byte[]? sha256))
        {
            _sha256.Add(sha256);
        }

        if (members.TryGetValue("sha-512", out byte[]? sha512))
        {
            _sha512.Add(sha512);
        }

        return null;
    }
}
