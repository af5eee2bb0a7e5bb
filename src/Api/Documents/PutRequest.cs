using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>What a PUT asks for, as far as its target and fields say.</summary>
internal readonly record struct PutRequest(DocumentKey Key, Conditions Conditions, Digest Digest, DurabilityLevel Level, string? Preference)
{
    /// <summary>The id was made here.</summary>
    public bool IsNew { get; init; }

    /// <summary>Null: the request has none.</summary>
    public string? IdempotencyKey { get; init; }

    public static Problem? TryParse(HttpContext context, DocServiceOptions options, out PutRequest request)
    {
        request = default;
        return DocumentTarget.TryGetKey(context, out DocumentKey key) ?? TryParse(context, key, options, out request);
    }

    /// <summary>The same for a document that the target does not name.</summary>
    public static Problem? TryParse(HttpContext context, DocumentKey key, DocServiceOptions options, out PutRequest request)
    {
        request = default;
        return BodyFields.Check(context.Request, options.MaxDocumentBytes, "MaxDocumentBytes") ?? TryParseFields(context.Request.Headers, key, options, out request);
    }

    /// <summary>All fields but those that say what the body is.</summary>
    public static Problem? TryParseFields(IHeaderDictionary headers, DocumentKey key, DocServiceOptions options, out PutRequest request)
    {
        request = default;
        if (ConditionFields.TryParse(headers, out ConditionFields conditions) is { } badConditions)
        {
            return badConditions;
        }

        if (Digest.TryParse(headers, out Digest digest) is { } badDigest)
        {
            return badDigest;
        }

        if (DurabilityField.TryParse(headers, options.Level, out DurabilityLevel level) is { } badLevel)
        {
            return badLevel;
        }

        if (Idempotency.IdempotencyKey.TryParse(headers, out string? idempotencyKey) is { } badKey)
        {
            return badKey;
        }

        request = new PutRequest(key, conditions.Write, digest, level, PreferField.Parse(headers)) { IdempotencyKey = idempotencyKey };
        return null;
    }
}
