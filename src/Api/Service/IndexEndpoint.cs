using DocService.Api.Access;
using DocService.Api.Fields;
using DocService.Api.Routing;

namespace DocService.Api.Service;

/// <summary>GET /: Swagger UI for a browser, links for everybody else.</summary>
internal static class IndexEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/", ["GET", "HEAD"], Get).WithMetadata(RouteAccess.Public, IgnoresUnknownParameters.Metadata);

    internal static IResult Get(HttpRequest request)
    {
        string root = request.PathBase.Value ?? string.Empty;
        request.HttpContext.Response.Headers.Vary = "Accept";
        return AcceptField.PrefersHtml(request.Headers.Accept)
            ? Results.Redirect(root + "/swagger")
            : Results.Json(new
            {
                service = "DocService",
                version = StatusEndpoint.Version,
                links = new
                {
                    documents = root + "/docs/{id}",
                    status = root + "/status",
                    live = root + "/healthz/live",
                    ready = root + "/healthz/ready",
                    metrics = root + "/metrics",
                    openapi = root + "/openapi/v1.json",
                    swagger = root + "/swagger",
                    problems = root + "/problems",
                    list = root + "/docs",
                    collections = root + "/collections",
                },
                actions = new
                {
                    batch = $"POST {root}/batch",
                    query = $"POST {root}/query",
                },
            });
    }
}
