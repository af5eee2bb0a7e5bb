using DocService.Api.Access;
using DocService.Api.Answers;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Index;
using DocService.Storage;

namespace DocService.Api.Changes;

/// <summary>The route <c>/changes</c>: what became of documents, a page at a time or as events without end.</summary>
internal sealed class ChangesEndpoint(IDocumentStore store, ServedIndex index, ChangePoll poll, ChangeStream stream, DocServiceOptions options)
{
    private const string Route = "/changes";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        foreach (string method in (string[])["GET", "HEAD"])
        {
            routes.MapMethods(Route, [method], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<ChangesEndpoint>().GetAsync))
                .WithMetadata(RouteAccess.Judged, new KnownParameters(ChangesForm.Names));
        }
    }

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        if (ChangesForm.TryParse(context, options.QueryTimeout, out ChangesForm? form) is { } invalid)
        {
            return invalid;
        }

        if (QueryAccess.Judge(context, form!.Query) is { } forbidden)
        {
            return forbidden;
        }

        if (AcceptField.PrefersEvents(context.Request.Headers.Accept))
        {
            await stream.AnswerAsync(context, form, index.Feed);
            return null;
        }

        if (index.Feed is not { } feed)
        {
            return QueryProblems.NoIndex;
        }

        try
        {
            return await poll.AnswerAsync(context, form, feed);
        }
        catch (Exception exception) when (!context.Response.HasStarted && QueryFailures.ToProblem(exception, feed.Queries, options.QueryTimeout, store) is { } problem)
        {
            context.Response.Clear();
            return problem;
        }
    }
}
