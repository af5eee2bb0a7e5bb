using System.Diagnostics;
using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>The answer to a DELETE of a document or of a definition that was there; only its caller knows what it is called when it was not.</summary>
internal static class DeleteAnswer
{
    /// <param name="context">Of the request.</param>
    /// <param name="conditions">That it named.</param>
    /// <param name="level">That it asked for.</param>
    /// <param name="result">What became of it.</param>
    /// <param name="tells">Whether the client may know anything of what was there.</param>
    public static Problem? Of(HttpContext context, Conditions conditions, DurabilityLevel level, WriteResult result, bool tells = true)
    {
        switch (result.Status)
        {
            case WriteStatus.ConditionFailed:
                return FailedCondition.Of(conditions, context.Request.Headers, result.Document, tells);
            case WriteStatus.Deleted:
                context.Response.Headers[DurabilityField.Name] = DurabilityField.Format(result.Level, result.Sequence);
                context.Response.StatusCode = DurabilityField.IsBuffered(level, result.Level) ? StatusCodes.Status202Accepted : StatusCodes.Status204NoContent;
                return null;
            case WriteStatus.Refused:
                return RuleProblem.Of(result.Violation!);
            default:
                throw new UnreachableException($"A delete ended as {result.Status}.");
        }
    }
}
