using DocService.Api.Access;
using DocService.Api.Problems;
using DocService.Api.Routing;

namespace DocService.Api.Collections;

/// <summary>The routes of <c>/collections</c>.</summary>
internal static class CollectionEndpoints
{
    private const string Route = "/collections/{name}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods("/collections", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<CollectionReads>().ListAsync)).WithMetadata(RouteAccess.Operator);
        routes.MapMethods(Route, ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<CollectionReads>().GetAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route, ["PUT"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<CollectionWrites>().PutAsync))
            .WithMetadata(RouteAccess.Judged, new KnownParameters(CollectionRequest.Wait));
        routes.MapMethods(Route, ["DELETE"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<CollectionWrites>().DeleteAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods($"{Route}/violations", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<CollectionViolations>().ListAsync))
            .WithMetadata(RouteAccess.Judged, new KnownParameters(CollectionViolations.Parameters));
        routes.MapMethods($"{Route}/status", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<CollectionReads>().GetStatusAsync)).WithMetadata(RouteAccess.Judged);
    }
}
