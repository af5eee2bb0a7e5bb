using DocService.Api.Access;
using DocService.Api.Browsers;
using DocService.Api.Routing;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The OpenAPI document, and Swagger UI over it.</summary>
internal static class Description
{
    public static void AddDescription(this WebApplicationBuilder builder) =>
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1; // said here because the framework's default moves with its version
            options.ShouldInclude = _ => false; // openapi.yaml describes the routes; a test compares the two
            options.AddDocumentTransformer((document, _, _) =>
            {
                Fill(document);
                return Task.CompletedTask;
            });
        });

    public static void UseDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json")
            .WithMetadata(RouteAccess.Public, new HttpMethodMetadata(["GET", "HEAD"]), IgnoresUnknownParameters.Metadata);
        string script = WrittenDescription.TextOf("raw-text.js");
        string policy = SecurityFields.ForApplication(script);

        // Only below its own path: it looks at every request with regular expressions and for a file.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/swagger"), branch => branch.Use((context, next) => TakeGetAndHead(context, policy, next)).UseSwaggerUI(ui =>
        {
            ui.SwaggerEndpoint("../openapi/v1.json", "DocService v1"); // relative, so that it holds behind any proxy
            ui.DocumentTitle = "DocService";
            ui.EnableDeepLinking();
            ui.HeadContent = $"<script>{script}</script>"; // in the page: no path to get wrong behind a proxy
            ui.ConfigObject.Plugins = ["RawText"];
        }));
    }

    private static void Fill(OpenApiDocument document)
    {
        OpenApiDocument written = WrittenDescription.Document;
        document.Info = written.Info;
        document.Servers = [new OpenApiServer { Url = PathOf(document.Servers?.FirstOrDefault()?.Url) }]; // on whatever host the document came from
        document.Tags = written.Tags;
        document.Paths = written.Paths;
        document.Components = written.Components;
        document.Security = written.Security;
    }

    /// <summary>The path of the address that the framework has put together from the request, a proxy's prefix included.</summary>
    private static string PathOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) ? address.AbsolutePath : "/";

    /// <summary>
    /// Swagger UI knows GET alone, and lets every other method pass. The web server sends no body to a HEAD whatever the method
    /// reads meanwhile.
    /// </summary>
    private static Task TakeGetAndHead(HttpContext context, string policy, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy = policy;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, HEAD";
        return Task.CompletedTask;
    }
}
