using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>GET and HEAD of a document.</summary>
internal sealed class DocumentReads(DocumentStore store, ByteBudget budget, TimeProvider clock)
{
    public async Task<Problem?> GetAsync(HttpContext context)
    {
        if (DocumentTarget.TryGetKey(context, out DocumentKey key) is { } invalidId)
        {
            return invalidId;
        }

        if (ConditionFields.TryParse(context.Request.Headers, out ConditionFields conditions) is { } malformed)
        {
            return malformed;
        }

        DocumentInfo? info = await store.ReadInfoAsync(key, context.RequestAborted);
        if (info is null)
        {
            return ProblemCatalogue.NoDocument(key);
        }

        // With conditions the header alone often decides; what it decides is judged again on the body's own version.
        if (!conditions.IsEmpty && Judge(context, info, conditions, out Problem? problem))
        {
            return problem;
        }

        if (!budget.TryTake(info.Length))
        {
            return ProblemCatalogue.OverBudget;
        }

        try
        {
            using StoredDocument? document = await store.ReadAsync(key, context.RequestAborted);
            if (document is null)
            {
                return ProblemCatalogue.NoDocument(key);
            }

            if (Judge(context, document.Info, conditions, out problem))
            {
                return problem;
            }

            DocumentFields.WriteAll(context.Response, document.Info, clock.GetUtcNow());
            await context.Response.BodyWriter.WriteAsync(document.Body, context.RequestAborted);
            return null;
        }
        finally
        {
            budget.Return(info.Length);
        }
    }

    public async Task<Problem?> HeadAsync(HttpContext context)
    {
        if (DocumentTarget.TryGetKey(context, out DocumentKey key) is { } invalidId)
        {
            return invalidId;
        }

        if (ConditionFields.TryParse(context.Request.Headers, out ConditionFields conditions) is { } malformed)
        {
            return malformed;
        }

        DocumentInfo? info = await store.ReadInfoAsync(key, context.RequestAborted);
        if (info is null)
        {
            return ProblemCatalogue.NoDocument(key);
        }

        if (!Judge(context, info, conditions, out Problem? problem))
        {
            DocumentFields.WriteAll(context.Response, info, clock.GetUtcNow());
        }

        return problem;
    }

    /// <summary>True when the conditions give the answer: 412 as a problem, or 304, which is then written.</summary>
    private bool Judge(HttpContext context, DocumentInfo info, ConditionFields conditions, out Problem? problem)
    {
        problem = null;
        if (!conditions.Write.MatchHolds(exists: true, info))
        {
            problem = ProblemCatalogue.Precondition(info);
            return true;
        }

        if (!conditions.IsNotModified(info))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status304NotModified;
        DocumentFields.WriteValidators(context.Response, info, clock.GetUtcNow());
        return true;
    }
}
