using DocService.Api.Access;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Api.Waiting;

namespace DocService.Api.Documents;

/// <summary>The routes of <c>/docs/{id}</c>. The id is read from the raw path; the route only tells the methods apart.</summary>
internal static class DocumentEndpoints
{
    public const string Route = "/docs/{id}";
    private const string Allow = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";

    public static void Map(IEndpointRouteBuilder routes)
    {
        // Taken from the application's services: a request's own would be made for each of them.
        // Handlers take the context alone: nothing is bound, so no binding can fail into an answer that is not ours.
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods(Route, ["GET"], context => services.GetRequiredService<DocumentReads>().GetAsync(context)).WithMetadata(RouteAccess.Judged, new KnownParameters(DocumentParameters.SelectName, DocumentParameters.VersionName, WaitParameter.Name));
        routes.MapMethods(Route, ["HEAD"], context => services.GetRequiredService<DocumentReads>().HeadAsync(context)).WithMetadata(RouteAccess.Judged, new KnownParameters(DocumentParameters.SelectName, DocumentParameters.VersionName));
        routes.MapMethods(Route, ["PUT"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<DocumentWrites>().PutAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route, ["PATCH"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<DocumentPatches>().PatchAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route, ["DELETE"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<DocumentWrites>().DeleteAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route, ["OPTIONS"], Options).WithMetadata(RouteAccess.Public);
    }

    internal static Task Options(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = Allow;
        context.Response.Headers["Accept-Patch"] = string.Join(", ", DocumentPatches.Types);
        return Task.CompletedTask;
    }
}
