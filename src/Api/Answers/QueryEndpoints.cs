using DocService.Api.Access;
using DocService.Api.Answers.Sealing;
using DocService.Api.Bodies;
using DocService.Api.Configuration;
using DocService.Api.Documents;
using DocService.Api.Fields;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Api.Routing;
using DocService.Collections;
using DocService.Collections.Definitions;
using DocService.Index;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Storage;

namespace DocService.Api.Answers;

/// <summary>The routes that list and query documents: <c>/docs</c>, and <c>/query</c> for clients without the method QUERY.</summary>
internal sealed class QueryEndpoints(
    IDocumentStore store, ServedIndex index, CollectionService collections, Cursors cursors, PageAnswer pages, ExportAnswer exports, AggregateAnswer aggregates, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime)
{
    private const string ListAllow = "GET, HEAD, QUERY, POST, DELETE, OPTIONS";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods("/docs", ["GET"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<QueryEndpoints>().ListAsync)).WithMetadata(RouteAccess.Judged, new KnownParameters(QueryForm.Names));
        routes.MapMethods("/docs", ["QUERY"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<QueryEndpoints>().QueryAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods("/docs", ["POST"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<DocumentWrites>().PostAsync)).WithMetadata(RouteAccess.Judged, new KnownParameters("prefix"));
        routes.MapMethods("/docs", ["OPTIONS"], Options).WithMetadata(RouteAccess.Public);
        routes.MapMethods("/docs", ["HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<QueryEndpoints>().ListAsync)).WithMetadata(RouteAccess.Judged, new KnownParameters(QueryForm.Names));
        routes.MapMethods("/query", ["POST"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<QueryEndpoints>().QueryAsync)).WithMetadata(RouteAccess.Judged);
    }

    internal static Task Options(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = ListAllow;
        context.Response.Headers["Accept-Query"] = "application/json";
        return Task.CompletedTask;
    }

    private async Task<Problem?> ListAsync(HttpContext context)
    {
        context.Response.Headers["Accept-Query"] = "application/json";
        return UriForm.TryParse(context, options.QueryTimeout, out QueryForm? form) is { } problem ? problem : await AnswerAsync(context, form!);
    }

    private async Task<Problem?> QueryAsync(HttpContext context)
    {
        if (BodyFields.Check(context.Request, BodyForm.BytesMax, "a query's own limit") is { } badBody)
        {
            return badBody;
        }

        if (Digest.TryParse(context.Request.Headers, out Digest digest) is { } badDigest)
        {
            return badDigest;
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context.Request, BodyForm.BytesMax, budget, lifetime);
        if (body is null)
        {
            return problem;
        }

        QueryForm? form;
        using (body)
        {
            if (StrictJson.Check(body.Bytes.Span, BodyForm.DepthMax, budget) is { } error)
            {
                return ProblemCatalogue.Json(error);
            }

            if (body.CheckDigest(context.Request, digest) is { } mismatch)
            {
                return mismatch;
            }

            if (BodyForm.TryParse(body.Bytes, options.QueryTimeout, out form) is { } fault)
            {
                return fault;
            }
        }

        return await AnswerAsync(context, form!);
    }

    private async Task<Problem?> AnswerAsync(HttpContext context, QueryForm form)
    {
        if (EntityTag.FindMalformed(context.Request.Headers) is { } field)
        {
            return ProblemCatalogue.Invalid($"{field} must be '*' alone or a list of entity tags in double quotes, like \"17\", \"18\".");
        }

        CollectionSet inForce = collections.Collections; // once: what was judged by one definition must not run by another
        if (QueryAccess.Judge(context, inForce, form) is { } forbidden)
        {
            return forbidden;
        }

        if (QueryCollection.TryUse(inForce, ref form) is { } missing)
        {
            return missing;
        }

        SearchPosition? behind = null;
        if (form.Cursor is not null)
        {
            (behind, Problem? bad) = await cursors.OpenAsync(form, context.RequestAborted);
            if (bad is not null)
            {
                return bad;
            }
        }

        if (index.Queries is not { } queries)
        {
            return QueryProblems.NoIndex;
        }

        try
        {
            return form.Aggregate is not null ? await aggregates.AnswerAsync(context, form, queries)
                : AcceptField.PrefersLines(context.Request.Headers.Accept) ? await exports.AnswerAsync(context, form, queries, behind)
                : await pages.AnswerAsync(context, form, queries, behind);
        }
        catch (Exception exception) when (!context.Response.HasStarted && QueryFailures.ToProblem(exception, queries, options.QueryTimeout, store) is { } problem)
        {
            context.Response.Clear();
            return problem;
        }
    }
}
