using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Queries.Selection;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>GET and HEAD of a document.</summary>
internal sealed class DocumentReads(CachedReads cached, DocumentWait waits, IDocumentStore store, ByteBudget budget, TimeProvider clock)
{
    public Task GetAsync(HttpContext context) => cached.TryGet(context) ?? ProblemWriter.AnswerAsync(context, ReadAsync);

    public Task HeadAsync(HttpContext context) => cached.TryHead(context) ?? ProblemWriter.AnswerAsync(context, ReadHeaderAsync);

    private async Task<Problem?> ReadAsync(HttpContext context)
    {
        if (TryParse(context, out ConditionalRequest request, out DocumentParameters parameters) is { } refused)
        {
            return refused;
        }

        if (parameters.Version is { } version)
        {
            return await ReadVersionAsync(context, request, version);
        }

        (SelectedPaths? select, TimeSpan wait, _) = parameters;
        if (wait > TimeSpan.Zero && await waits.WaitAsync(context, request, wait) is { } noWait)
        {
            return noWait;
        }

        // With conditions the header alone often decides; what it decides is judged again on the body's own version.
        if (!request.Conditions.IsEmpty && await JudgeHeaderAsync(context, request) is (true, var decided))
        {
            return decided;
        }

        // Members are selected from the whole body, which the answer then is no longer.
        using StoredDocument? document = select is null
            ? await store.OpenAsync(request.Key, budget, context.RequestAborted)
            : await store.ReadAsync(request.Key, budget, context.RequestAborted);
        if (document is null)
        {
            return ProblemCatalogue.NoDocument(request.Key);
        }

        return Judge(context, document.Info, request.Conditions, out Problem? problem) ? problem : await SendAsync(context, document, select);
    }

    /// <summary>All that is refused before the document is looked for.</summary>
    private static Problem? TryParse(HttpContext context, out ConditionalRequest request, out DocumentParameters parameters)
    {
        parameters = default;
        return ConditionalRequest.TryParse(context, out request)
            ?? DocumentParameters.TryParse(context, out parameters)
            ?? DocumentAccess.JudgeRead(context, request.Key);
    }

    private async Task<Problem?> ReadHeaderAsync(HttpContext context)
    {
        if (TryParse(context, out ConditionalRequest request, out DocumentParameters parameters) is { } refused)
        {
            return refused;
        }

        if (parameters.Version is { } version)
        {
            return await ReadVersionAsync(context, request, version);
        }

        DocumentInfo? info = await store.ReadInfoAsync(request.Key, context.RequestAborted);
        if (info is null)
        {
            return ProblemCatalogue.NoDocument(request.Key);
        }

        if (!Judge(context, info, request.Conditions, out Problem? problem))
        {
            DocumentFields.WriteAll(context.Response, info, clock.GetUtcNow());
            if (parameters.Select is not null)
            {
                DocumentFields.RemoveWhole(context.Response, length: null); // it takes the body to know
            }
        }

        return problem;
    }

    /// <summary>GET and HEAD of a version that is kept: as of the document, by the version's own validators.</summary>
    private async Task<Problem?> ReadVersionAsync(HttpContext context, ConditionalRequest request, long version)
    {
        using StoredDocument? document = await store.OpenVersionAsync(request.Key, version, budget, context.RequestAborted);
        if (document is null)
        {
            return HistoryProblems.NoVersion(request.Key, version);
        }

        if (Judge(context, document.Info, request.Conditions, out Problem? problem))
        {
            return problem;
        }

        DocumentFields.WriteVersionLinks(context, request.Key);
        if (HttpMethods.IsHead(context.Request.Method))
        {
            DocumentFields.WriteAll(context.Response, document.Info, clock.GetUtcNow());
            return null;
        }

        return await SendAsync(context, document, select: null);
    }

    /// <summary>Whether the document's absence or its header gives the answer, and which.</summary>
    private async ValueTask<(bool IsDecided, Problem? Problem)> JudgeHeaderAsync(HttpContext context, ConditionalRequest request)
    {
        DocumentInfo? info = await store.ReadInfoAsync(request.Key, context.RequestAborted);
        return info is null
            ? (true, ProblemCatalogue.NoDocument(request.Key))
            : (Judge(context, info, request.Conditions, out Problem? problem), problem);
    }

    /// <remarks>The store has charged a document that it holds to the budget. What is held to send it is charged here.</remarks>
    private async ValueTask<Problem?> SendAsync(HttpContext context, StoredDocument document, SelectedPaths? select)
    {
        long held = document.IsWhole ? ResponseBody.CopiedBytes(document.Info.Length) : ResponseBody.HeldBytes;
        if (held > 0 && !budget.TryTake(held))
        {
            return ProblemCatalogue.OverBudget;
        }

        try
        {
            DocumentFields.WriteAll(context.Response, document.Info, clock.GetUtcNow());
            if (!document.IsWhole)
            {
                await ResponseBody.SendByPieceAsync(context.Response, document, context.RequestAborted);
                return null;
            }

            ReadOnlyMemory<byte> body = document.Body;
            if (select is not null)
            {
                body = SelectedDocument.Of(document, select);
                DocumentFields.RemoveWhole(context.Response, body.Length);
            }

            await ResponseBody.WriteAsync(context.Response, body, context.RequestAborted);
            return null;
        }
        finally
        {
            budget.Return(held);
        }
    }

    /// <summary>True when the conditions give the answer: 412 as a problem, or 304, which is then written.</summary>
    private bool Judge(HttpContext context, DocumentInfo info, ConditionFields conditions, out Problem? problem)
    {
        problem = null;
        if (!conditions.Write.MatchHolds(exists: true, info))
        {
            problem = FailedCondition.Of(conditions.Write, context.Request.Headers, info);
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
