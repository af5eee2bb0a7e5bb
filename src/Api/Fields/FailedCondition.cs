using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Fields;

/// <summary>Tells which condition of a request does not hold, and why: the answer 412.</summary>
internal static class FailedCondition
{
    /// <summary>For whoever may not read the document: whether it is there is all that its conditions can ask.</summary>
    public const string Untold = "A condition does not hold. The key may not read the document, so no more is told of it.";

    /// <param name="conditions">Not all of them hold.</param>
    /// <param name="headers">Where they came from: a weak tag is named as such.</param>
    /// <param name="current">The document; null where there is none, or none that can be read.</param>
    /// <param name="tells">Whether the client may know anything of the document.</param>
    public static Problem Of(Conditions conditions, IHeaderDictionary headers, DocumentInfo? current, bool tells = true)
    {
        if (!tells)
        {
            return new Problem(ProblemCatalogue.PreconditionFailed, Untold);
        }

        bool isWeak = headers.IfMatch.ToString().Contains("W/\"", StringComparison.Ordinal);
        return new Problem(ProblemCatalogue.PreconditionFailed, Explain(conditions, current, isWeak, "If-Match", "If-None-Match")).With(
            new KeyValuePair<string, object?>("currentETag", current is null ? null : EntityTag.Of(current)),
            new KeyValuePair<string, object?>("currentDigest", current is null ? null : Digest.Of(current.Sha256)));
    }

    /// <summary>The same of one operation of a batch.</summary>
    public static string Explain(Conditions conditions, DocumentInfo? current) => Explain(conditions, current, isWeak: false, "ifMatch", "ifNoneMatch");

    private static string Explain(Conditions conditions, DocumentInfo? current, bool isWeak, string match, string noneMatch)
    {
        if (current is null)
        {
            return ExplainAbsent(conditions, match, noneMatch);
        }

        string version = EntityTag.Of(current);
        if (conditions.MatchHolds(exists: true, current))
        {
            return conditions.IfNoneMatch!.IsAny
                ? $"{noneMatch} is *, so there must be no document of this id, but there is one; its version is {version}."
                : $"{noneMatch} names the document's version, {version}.";
        }

        if (conditions.IfMatch is null)
        {
            return $"The document was modified at {HttpDate.Format(current.Modified)}, after the date in If-Unmodified-Since.";
        }

        return isWeak
            ? $"{match} compares strongly, so a weak entity tag (W/\"…\") never matches. The document's version is {version}."
            : $"{match} does not name the document's version, which is {version}.";
    }

    /// <summary>
    /// Of a document that cannot be read only its existence is known: it fulfils If-Match: * and fails If-None-Match: *. A
    /// document that does not exist does the opposite. If both are asked for, the reason cannot be told.
    /// </summary>
    private static string ExplainAbsent(Conditions conditions, string match, string noneMatch) =>
        conditions.IfMatch is null ? $"{noneMatch} is *, so there must be no document of this id, but there is one. Its file cannot be read, so its version is not known."
        : conditions.IfNoneMatch is null ? $"{match} asks for a document that exists, and there is none of this id."
        : $"{match} and {noneMatch} cannot both hold: there is no document of this id, or none that can be read.";
}
