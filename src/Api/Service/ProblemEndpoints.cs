using DocService.Api.Access;
using DocService.Api.Fields;
using DocService.Api.Problems;

namespace DocService.Api.Service;

/// <summary>GET /problems and GET /problems/{slug}: the page behind each problem's type, JSON for programs and HTML for a browser.</summary>
internal static class ProblemEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/problems", ["GET", "HEAD"], List).WithMetadata(RouteAccess.Public);
        routes.MapMethods("/problems/{slug}", ["GET", "HEAD"], Explain).WithMetadata(RouteAccess.Public);
    }

    internal static IResult List(HttpRequest request)
    {
        string? root = request.PathBase.Value;
        return InEitherForm(request, () => ProblemPage.List(root), () => ProblemCatalogue.All.Select(type => ToPage(type, root)));
    }

    internal static async Task Explain(HttpContext context)
    {
        string? slug = context.GetRouteValue("slug") as string;
        ProblemType? type = ProblemCatalogue.All.FirstOrDefault(type => type.Slug == slug);
        if (type is null)
        {
            await ProblemWriter.WriteAsync(context, ProblemCatalogue.OfStatus(404, "There is no such problem type; /problems lists them."));
            return;
        }

        string? root = context.Request.PathBase.Value;
        await InEitherForm(context.Request, () => ProblemPage.Of(type, root), () => ToPage(type, root)).ExecuteAsync(context);
    }

    private static IResult InEitherForm(HttpRequest request, Func<string> page, Func<object> json)
    {
        IHeaderDictionary fields = request.HttpContext.Response.Headers;
        fields.Vary = "Accept";
        if (!AcceptField.PrefersHtml(request.Headers.Accept))
        {
            return Results.Json(json());
        }

        fields.ContentSecurityPolicy = ProblemPage.Policy;
        return Results.Text(page(), ProblemPage.MediaType);
    }

    internal static object ToPage(ProblemType type, string? pathBase = null) => new { type = pathBase + type.Uri, title = type.Title, status = type.Status, explanation = type.Explanation };
}
