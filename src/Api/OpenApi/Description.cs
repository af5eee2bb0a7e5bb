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
                document.Info = new OpenApiInfo
                {
                    Title = "DocService",
                    Version = Service.StatusEndpoint.Version,
                    Description = "Durable JSON documents over HTTP. A 2xx answer to a write means that the document survives a power cut.",
                    License = new OpenApiLicense { Name = "MIT" },
                };
                document.Servers = [];
                return Task.CompletedTask;
            });
        });

    public static void UseDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(ui =>
        {
            ui.SwaggerEndpoint("/openapi/v1.json", "DocService v1");
            ui.DocumentTitle = "DocService";
        });
    }
}
