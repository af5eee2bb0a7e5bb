using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Storage;

namespace DocService.Api.Bodies;

/// <summary>The response fields that describe a document.</summary>
internal static class DocumentFields
{
    /// <summary>Younger versions than this have no Last-Modified: within its second another version could follow (RFC 9110 8.8.2.2).</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(1);

    public const string NoCache = "no-cache";
    public const string NoRanges = "none";
    public const string ReprDigest = "Repr-Digest";

    /// <summary>RFC 8594: from then on there is probably nothing under this URI.</summary>
    public const string Sunset = "Sunset";

    /// <summary>Whether the version is old enough to have a Last-Modified.</summary>
    public static bool HasSettled(DocumentInfo info, DateTimeOffset now) => now - info.Modified >= SettledAfter;

    /// <summary>What 200 and 304 have in common.</summary>
    /// <remarks>Sunset has whole seconds: what is left of one is cut off, so that the field never promises a document longer than it is there.</remarks>
    public static void WriteValidators(HttpResponse response, DocumentInfo info, DateTimeOffset now)
    {
        response.Headers.ETag = EntityTag.Of(info);
        response.Headers.CacheControl = NoCache;
        if (HasSettled(info, now))
        {
            response.Headers.LastModified = HttpDate.Format(info.Modified);
        }

        if (info.Expires is { } end)
        {
            response.Headers[Sunset] = HttpDate.Format(end);
        }
    }

    /// <summary>Of a version: where the document is as it is now, and where its history (RFC 5829).</summary>
    public static void WriteVersionLinks(HttpContext context, DocumentKey key) =>
        context.Response.Headers.Link =
            $"<{DocumentTarget.PathOf(context, key)}>; rel=\"latest-version\", <{context.Request.PathBase.Value}/versions?id={Uri.EscapeDataString(key.Id)}>; rel=\"version-history\"";

    /// <summary>Takes back what is true of the whole document alone: only some of its members are sent.</summary>
    public static void RemoveWhole(HttpResponse response, long? length)
    {
        response.ContentLength = length;
        response.Headers.Remove(ReprDigest);
    }

    /// <summary>Everything that a GET's 200 says, and a HEAD's with it.</summary>
    public static void WriteAll(HttpResponse response, DocumentInfo info, DateTimeOffset now)
    {
        WriteValidators(response, info, now);
        response.ContentType = info.ContentType;
        response.ContentLength = info.Length;
        response.Headers[ReprDigest] = Digest.Of(info.Sha256);
        response.Headers.AcceptRanges = NoRanges;
    }
}
