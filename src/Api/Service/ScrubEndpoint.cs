using DocService.Api.Access;
using DocService.Api.Idempotency;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Service;

/// <summary>POST /scrub: has every file read for rot, beginning at once. For whoever may operate the whole store.</summary>
internal static class ScrubEndpoint
{
    private const string NoKey = "is not taken: a scrub that is under way is not begun twice.";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/scrub", ["POST"], context => ProblemWriter.AnswerAsync(context, BeginAsync)).WithMetadata(RouteAccess.Operator);

    /// <summary>202 also where one is under way: what was asked for is being done, and the answer says which it is.</summary>
    private static async Task<Problem?> BeginAsync(HttpContext context)
    {
        if (IdempotencyKey.Refuse(context.Request.Headers, NoKey) is { } refused)
        {
            return refused;
        }

        bool isBegun = context.RequestServices.GetRequiredService<IDocumentStore>().BeginScrub();
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = $"{context.Request.PathBase.Value}/status";
        await Results.Json(new { begun = isBegun }, statusCode: StatusCodes.Status202Accepted).ExecuteAsync(context);
        return null;
    }
}
