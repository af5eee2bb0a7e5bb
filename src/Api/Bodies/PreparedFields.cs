using DocService.Api.Fields;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Bodies;

/// <summary>The fields of a cached document's answers, made once for all of them.</summary>
internal sealed class PreparedFields
{
    private readonly DocumentInfo _info;
    private readonly string _etag;
    private readonly string _modified;
    private readonly string _digest;
    private readonly string? _sunset;
    private bool _hasSettled; // once it is true it stays true

    private PreparedFields(DocumentInfo info)
    {
        _info = info;
        _etag = EntityTag.Of(info);
        _modified = HttpDate.Format(info.Modified);
        _digest = Digest.Of(info.Sha256);
        _sunset = info.Expires is { } end ? HttpDate.Format(end) : null;
    }

    public static PreparedFields Of(CachedDocument document)
    {
        if (document.Prepared is not PreparedFields fields)
        {
            fields = new PreparedFields(document.Info);
            document.Prepared = fields;
        }

        return fields;
    }

    /// <summary>Whether the request has the document's own tag in If-None-Match and no condition that counts beside it: nearly every request that is answered 304.</summary>
    public bool IsNamedAlone(IHeaderDictionary request) =>
        request.IfNoneMatch is { Count: 1 } tags && tags[0] == _etag && request.IfMatch.Count == 0 && request.IfUnmodifiedSince.Count == 0;

    /// <inheritdoc cref="DocumentFields.WriteValidators"/>
    public void WriteValidators(HttpResponse response, TimeProvider clock)
    {
        response.Headers.ETag = _etag;
        response.Headers.CacheControl = DocumentFields.NoCache;
        _hasSettled = _hasSettled || DocumentFields.HasSettled(_info, clock.GetUtcNow());
        if (_hasSettled)
        {
            response.Headers.LastModified = _modified;
        }

        if (_sunset is not null)
        {
            response.Headers[DocumentFields.Sunset] = _sunset;
        }
    }

    /// <inheritdoc cref="DocumentFields.WriteAll"/>
    public void WriteAll(HttpResponse response, TimeProvider clock)
    {
        WriteValidators(response, clock);
        IHeaderDictionary headers = response.Headers;
        headers.ContentType = _info.ContentType;
        headers.ContentLength = _info.Length;
        headers[DocumentFields.ReprDigest] = _digest;
        headers.AcceptRanges = DocumentFields.NoRanges;
    }
}
