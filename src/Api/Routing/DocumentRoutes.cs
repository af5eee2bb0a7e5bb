using DocService.Api.Documents;

namespace DocService.Api.Routing;

/// <summary>The routes of one document, by method: the raw path has told already that the request is about one, so nothing is matched again.</summary>
/// <remarks>Thread: any. The routes are found with the first request, because only then are all of them there.</remarks>
internal sealed class DocumentRoutes(EndpointDataSource endpoints)
{
    private Dictionary<string, Endpoint>? _byMethod;

    /// <summary>Null for a method that a document does not take: routing has the answer to it.</summary>
    public Endpoint? Of(string method) => (_byMethod ??= Find()).GetValueOrDefault(method);

    private Dictionary<string, Endpoint> Find() => endpoints.Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.RoutePattern.RawText == DocumentEndpoints.Route)
        .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods, (endpoint, method) => (method, endpoint))
        .ToDictionary(route => route.method, route => (Endpoint)route.endpoint, StringComparer.Ordinal);
}
