namespace DocService.Api.Problems;

/// <summary>GET /problems and GET /problems/{slug}: the page behind each problem's type.</summary>
internal static class ProblemEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/problems", ["GET", "HEAD"], List);
        routes.MapMethods("/problems/{slug}", ["GET", "HEAD"], Explain);
    }

    internal static IResult List(HttpRequest request) => Results.Json(ProblemCatalogue.All.Select(type => ToPage(type, request.PathBase.Value)));

    internal static async Task Explain(HttpContext context)
    {
        string? slug = context.GetRouteValue("slug") as string;
        ProblemType? type = ProblemCatalogue.All.FirstOrDefault(type => type.Slug == slug);
        if (type is null)
        {
            await ProblemWriter.WriteAsync(context, ProblemCatalogue.OfStatus(404, "There is no such problem type; /problems lists them."));
            return;
        }

        await Results.Json(ToPage(type, context.Request.PathBase.Value)).ExecuteAsync(context);
    }

    internal static object ToPage(ProblemType type, string? pathBase = null) => new { type = pathBase + type.Uri, title = type.Title, status = type.Status, explanation = type.Explanation };
}
