using System.Buffers;
using System.IO.Pipelines;
using DocService.Api.Bodies;
using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>GET and HEAD of a document that is in memory: answered before the call returns, without memory of their own.</summary>
/// <remarks>Thread: the request's. What is not plain here (an escape in the id, a query, a document that is not in memory or that the caller may not read) is left to <see cref="DocumentReads"/>.</remarks>
internal sealed class CachedReads(IDocumentStore store, ByteBudget budget, TimeProvider clock)
{
    /// <summary>Characters that stand for themselves in a target: of a path without any others, what follows the prefix is the id.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(static character => (char)character).Except("%?#")]);

    /// <summary>The answer; null where this is not the place for it, and nothing has been done.</summary>
    public Task? TryGet(HttpContext context) => Find(context) is { } document ? AnswerAsync(context, document, hasBody: true) : null;

    /// <inheritdoc cref="TryGet"/>
    public Task? TryHead(HttpContext context) => Find(context) is { } document ? AnswerAsync(context, document, hasBody: false) : null;

    private CachedDocument? Find(HttpContext context)
    {
        ReadOnlySpan<char> target = RawTarget.Of(context);
        if (!target.StartsWith(DocumentTarget.Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        ReadOnlySpan<char> id = target[DocumentTarget.Prefix.Length..];
        return id.ContainsAnyExcept(Plain) || !Caller.Of(context).May(Right.Read, id) ? null : store.TryReadCached(id);
    }

    private Task AnswerAsync(HttpContext context, CachedDocument document, bool hasBody)
    {
        PreparedFields fields = PreparedFields.Of(document);
        if (ConditionFields.AreIn(context.Request.Headers) && TryDecideAsync(context, document.Info, fields) is { } decided)
        {
            return decided;
        }

        long held = hasBody ? ResponseBody.CopiedBytes(document.Body.Length) : 0;
        if (held > 0 && !budget.TryTake(held))
        {
            return ProblemWriter.WriteAsync(context, ProblemCatalogue.OverBudget);
        }

        try
        {
            fields.WriteAll(context.Response, clock);
        }
        catch
        {
            budget.Return(held);
            throw;
        }

        return !hasBody ? Task.CompletedTask
            : held > 0 ? SendAsync(context.Response, document.Body, held)
            : SendAsync(context.Response, document.Body);
    }

    /// <summary>The answer of the conditions: 400, 412 or 304; null where they hold.</summary>
    private Task? TryDecideAsync(HttpContext context, DocumentInfo info, PreparedFields fields)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (!fields.IsNamedAlone(headers))
        {
            if (ConditionFields.TryParse(headers, out ConditionFields conditions) is { } malformed)
            {
                return ProblemWriter.WriteAsync(context, malformed);
            }

            if (!conditions.Write.MatchHolds(exists: true, info))
            {
                return ProblemWriter.WriteAsync(context, FailedCondition.Of(conditions.Write, headers, info));
            }

            if (!conditions.IsNotModified(info))
            {
                return null;
            }
        }

        context.Response.StatusCode = StatusCodes.Status304NotModified;
        fields.WriteValidators(context.Response, clock);
        return Task.CompletedTask;
    }

    /// <summary>The web server copies the body, and waits only for a client that does not read. A client that has gone ends the wait.</summary>
    private static Task SendAsync(HttpResponse response, ReadOnlyMemory<byte> body)
    {
        ValueTask<FlushResult> sent = response.BodyWriter.WriteAsync(body, CancellationToken.None);
        if (!sent.IsCompletedSuccessfully)
        {
            return sent.AsTask();
        }

        _ = sent.Result;
        return Task.CompletedTask;
    }

    private async Task SendAsync(HttpResponse response, ReadOnlyMemory<byte> body, long held)
    {
        try
        {
            await SendAsync(response, body);
        }
        finally
        {
            budget.Return(held);
        }
    }
}
