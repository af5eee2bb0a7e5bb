using DocService.Api.Access;
using DocService.Api.Answers;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Index;
using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Storage;

namespace DocService.Api.History;

/// <summary>The route <c>/versions</c>: which versions of a document are kept, and their erasure.</summary>
internal sealed class VersionsEndpoint(IDocumentStore store, ServedIndex index, HistoryKeeper keeper, ByteBudget budget, DocServiceOptions options)
{
    private const string Route = "/versions";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods(Route, ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<VersionsEndpoint>().GetAsync))
            .WithMetadata(RouteAccess.Judged, new KnownParameters(VersionsForm.Names));
        routes.MapMethods(Route, ["DELETE"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<VersionsEndpoint>().DeleteAsync))
            .WithMetadata(RouteAccess.Judged, new KnownParameters(VersionsForm.ErasureNames));
    }

    private Task<Problem?> GetAsync(HttpContext context) => AnswerAsync(context, ListAsync);

    private Task<Problem?> DeleteAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        Problem? refused = DocumentOnlyFields.FindIn(headers) is { } field ? ProblemCatalogue.Invalid($"{field} is not for histories: an erasure asks for nothing but the id.") : null;
        refused ??= IdempotencyKey.Refuse(headers, "is not for histories: to erase one twice does no harm.") ?? Digest.CheckUnread(context.Request);
        return refused is null ? AnswerAsync(context, EraseAsync) : Task.FromResult<Problem?>(refused);
    }

    private async Task<Problem?> AnswerAsync(HttpContext context, Func<HttpContext, VersionsForm, IndexQueries, Task<Problem?>> answer)
    {
        if (VersionsForm.TryParse(context, out VersionsForm? form) is { } invalid)
        {
            return invalid;
        }

        bool isErasure = HttpMethods.IsDelete(context.Request.Method);
        if ((isErasure ? DocumentAccess.JudgeWrite(context, form!.Key, Conditions.None) : DocumentAccess.JudgeRead(context, form!.Key)) is { } forbidden)
        {
            return forbidden;
        }

        if (index.Followed is not { } queries)
        {
            return QueryProblems.NoIndex;
        }

        try
        {
            return await answer(context, form, queries);
        }
        catch (Exception exception) when (!context.Response.HasStarted && QueryFailures.ToProblem(exception, queries, options.QueryTimeout, store) is { } problem)
        {
            context.Response.Clear();
            return problem;
        }
    }

    private async Task<Problem?> ListAsync(HttpContext context, VersionsForm form, IndexQueries queries)
    {
        using var output = new AnswerBuffer(budget);
        using (IndexReader reader = await queries.OpenAsync(form.IsEventual, context.RequestAborted))
        {
            VersionFacts[] versions = [.. HistoryJudge.Staying(HistoryJudge.Of(reader, form.Key.Id), reader.Moment)];
            if (versions.Length == 0)
            {
                return HistoryProblems.NoHistory(form.Key);
            }

            VersionPage.Write(form, reader.AsOf, versions, output);
        }

        await ListFields.SendAsync(context, output);
        return null;
    }

    /// <summary>Also of what has ended or is about to be dropped: whatever has a row.</summary>
    private async Task<Problem?> EraseAsync(HttpContext context, VersionsForm form, IndexQueries queries)
    {
        store.ThrowIfRefusing(bodyBytes: 0);
        long through;
        using (IndexReader reader = await queries.OpenAsync(isEventual: false, context.RequestAborted))
        using (HistoryListing versions = reader.ListVersions(form.Key.Id))
        {
            if (!versions.MoveNext())
            {
                return HistoryProblems.NoHistory(form.Key);
            }

            // The version that the document has stays; one that has ended is none.
            bool isPresent = !versions.Current.IsDelete && !versions.Current.HasEnded(reader.Moment);
            through = isPresent ? versions.Current.Version - 1 : versions.Current.Version;
        }

        if (!await keeper.EraseAsync(form.Key, through, options.BusyTimeout, context.RequestAborted))
        {
            return HistoryProblems.ErasureUnderWay;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
