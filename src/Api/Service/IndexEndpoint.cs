using DocService.Api.OpenApi;

namespace DocService.Api.Service;

/// <summary>GET /: Swagger UI for a browser, links for everybody else.</summary>
internal static class IndexEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/", ["GET", "HEAD"], Get).WithName("GetIndex").WithTags("Service").Describe(ServiceDescriptions.Index);

    internal static IResult Get(HttpRequest request)
    {
        request.HttpContext.Response.Headers.Vary = "Accept";
        return request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? Results.Redirect("/swagger")
            : Results.Json(new
            {
                service = "DocService",
                version = StatusEndpoint.Version,
                links = new
                {
                    documents = "/docs/{id}",
                    status = "/status",
                    live = "/healthz/live",
                    ready = "/healthz/ready",
                    metrics = "/metrics",
                    openapi = "/openapi/v1.json",
                    swagger = "/swagger",
                    problems = "/problems",
                },
                actions = new
                {
                    batch = "POST /batch",
                },
            });
    }
}
