using DocService.Api.Routing;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The OpenAPI document and Swagger UI.</summary>
internal static class Description
{
    public static void AddDescription(this WebApplicationBuilder builder) =>
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1; // said here because the framework's default moves with its version
            options.AddDocumentTransformer((document, _, _) =>
            {
                DocumentFrame.Apply(document);
                return Task.CompletedTask;
            });
        });

    public static void UseDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json")
            .WithMetadata(new HttpMethodMetadata(["GET", "HEAD"]), IgnoresUnknownParameters.Metadata);

        // Only below its own path: it looks at every request with regular expressions and for a file.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/swagger"), branch => branch.UseSwaggerUI(ui =>
        {
            ui.SwaggerEndpoint("../openapi/v1.json", "DocService v1"); // relative, so that it holds behind any proxy
            ui.DocumentTitle = "DocService";
        }));
    }
}
