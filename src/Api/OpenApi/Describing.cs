using System.Reflection;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>Attaches a description to an endpoint: <c>MapMethods(…).WithName("GetThing").Describe(ThingDescriptions.Get)</c>.</summary>
internal static class Describing
{
    public static TBuilder Describe<TBuilder>(this TBuilder endpoint, Action<OpenApiOperation> describe)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(ShowToDescribers);
        return endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            operation.Responses?.Clear(); // the framework's guess, an empty 200
            describe(operation);
            if (HttpMethods.IsHead(context.Description.HttpMethod ?? string.Empty))
            {
                HeadForm.Apply(operation);
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>The framework describes only endpoints with a method among their metadata, which it leaves out for a bare <see cref="RequestDelegate"/>.</summary>
    private static void ShowToDescribers(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<MethodInfo>().Any())
        {
            endpoint.Metadata.Add(((RequestDelegate)Placeholder).Method);
        }
    }

    /// <summary>Never called: it stands for handlers that take the context alone.</summary>
    private static Task Placeholder(HttpContext context) => Task.CompletedTask;
}
