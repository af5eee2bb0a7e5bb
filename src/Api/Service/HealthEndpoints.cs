using DocService.Api.Access;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Routing;
using DocService.Storage;

namespace DocService.Api.Service;

/// <summary>GET /healthz/live and /healthz/ready, for supervisors and load balancers.</summary>
internal static class HealthEndpoints
{
    /// <summary>A sync that takes longer than this means a disk that hangs.</summary>
    private static readonly TimeSpan HangingAfter = TimeSpan.FromSeconds(5);

    /// <summary>For whoever has no key that tells more.</summary>
    private const string ForOperators = "GET /status tells operators why.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz/live", ["GET", "HEAD"], Live).WithMetadata(RouteAccess.Public, IgnoresUnknownParameters.Metadata);
        routes.MapMethods("/healthz/ready", ["GET", "HEAD"], Ready).WithMetadata(RouteAccess.Public, IgnoresUnknownParameters.Metadata);
    }

    /// <summary>The process answers; a restart would not help.</summary>
    internal static IResult Live() => Results.Json(new { status = "live" });

    /// <summary>Ready for all reads and for deletes at least: a full disk is no reason to send readers away.</summary>
    internal static async Task Ready(HttpContext context)
    {
        StoreStatus status = context.RequestServices.GetRequiredService<IDocumentStore>().Status;
        string? reason = Caller.Of(context).May(Right.Operate, "") ? status.Reason : null; // it may name files
        Problem? problem = status.State switch
        {
            StoreState.Fenced => new Problem(ProblemCatalogue.Fenced, ForOperators) { Reason = status.Reason },
            StoreState.Damaged => new Problem(ProblemCatalogue.JournalDamaged, ForOperators) { Reason = status.Reason },
            StoreState.Unavailable => new Problem(ProblemCatalogue.Busy, "The database cannot be used at present. " + ForOperators) { Reason = status.Reason, RetryAfterSeconds = 1 },
            _ when status is JournalStatus { SyncRunningFor: var time } && time > HangingAfter => new Problem(ProblemCatalogue.Busy, $"A sync of the journal has been running for {time.TotalSeconds:F0} s.") { RetryAfterSeconds = 1 },
            _ => null,
        };
        await (problem is null
            ? Results.Json(new { status = StatusEndpoint.NameOf(status.State), reason }).ExecuteAsync(context)
            : ProblemWriter.WriteAsync(context, problem));
    }
}
