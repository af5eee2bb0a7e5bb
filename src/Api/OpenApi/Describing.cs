using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>Attaches a description to an endpoint.</summary>
internal static class Describing
{
    public static TBuilder Describe<TBuilder>(this TBuilder endpoint, Action<OpenApiOperation> describe)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            describe(operation);
            return Task.CompletedTask;
        });
}
