using DocService.Api.OpenApi;
using DocService.Api.Problems;

namespace DocService.Api.Documents;

/// <summary>The routes of <c>/docs/{id}</c>. The id is read from the raw path; the route only tells the methods apart.</summary>
internal static class DocumentEndpoints
{
    private const string Route = "/docs/{id}";
    private const string Allow = "GET, HEAD, PUT, DELETE, OPTIONS";

    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder documents = routes.MapGroup(string.Empty).WithTags("Documents");
        documents.MapMethods(Route, ["GET"], Get).WithName("GetDocument").Describe(DocumentDescriptions.Get);
        documents.MapMethods(Route, ["HEAD"], Head).WithName("HeadDocument").Describe(DocumentDescriptions.Head);
        documents.MapMethods(Route, ["PUT"], Put).WithName("PutDocument").Describe(DocumentDescriptions.Put);
        documents.MapMethods(Route, ["DELETE"], Delete).WithName("DeleteDocument").Describe(DocumentDescriptions.Delete);
        documents.MapMethods(Route, ["OPTIONS"], Options).WithName("DocumentOptions").Describe(DocumentDescriptions.Options);
    }

    // Handlers take the context alone: nothing is bound, so no binding can fail into an answer that is not ours.
    internal static Task Get(HttpContext context) => AnswerAsync(context, Service<DocumentReads>(context).GetAsync);

    internal static Task Head(HttpContext context) => AnswerAsync(context, Service<DocumentReads>(context).HeadAsync);

    internal static Task Put(HttpContext context) => AnswerAsync(context, Service<DocumentWrites>(context).PutAsync);

    internal static Task Delete(HttpContext context) => AnswerAsync(context, Service<DocumentWrites>(context).DeleteAsync);

    internal static Task Options(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = Allow;
        return Task.CompletedTask;
    }

    private static T Service<T>(HttpContext context)
        where T : notnull =>
        context.RequestServices.GetRequiredService<T>();

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, Task<Problem?>> handle)
    {
        if (await handle(context) is { } problem)
        {
            await ProblemWriter.WriteAsync(context, problem);
        }
    }
}
