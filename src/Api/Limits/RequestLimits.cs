using System.Globalization;
using System.Threading.RateLimiting;
using DocService.Api.Configuration;
using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace DocService.Api.Limits;

/// <summary>
/// How many requests each owner of a key may send and have under way; clients without one are told apart by their addresses. Where
/// no setting asks for it there is nothing of this in a request's way.
/// </summary>
internal static class RequestLimits
{
    /// <summary>Where too many are under way: nobody knows when one ends.</summary>
    private const int RetrySeconds = 1;

    /// <summary>Beginning of the paths that supervisors ask; these are never refused.</summary>
    private const string Probes = "/healthz/";

    private static readonly string[] Places = [.. Enumerable.Range(0, ClientAddress.Places).Select(static place => "address " + place.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Behind authentication, so that a request counts as its owner's.</summary>
    public static void UseRequestLimits(this WebApplication app)
    {
        DocServiceOptions options = app.Services.GetRequiredService<DocServiceOptions>();
        PartitionedRateLimiter<HttpContext>[] limiters = [.. Make(options)];
        if (limiters.Length > 0)
        {
            app.UseRateLimiter(new RateLimiterOptions { GlobalLimiter = PartitionedRateLimiter.CreateChained(limiters), OnRejected = RefuseAsync });
        }
    }

    /// <summary>Requests under way are counted first: one that is refused for them takes nothing of the rate.</summary>
    private static IEnumerable<PartitionedRateLimiter<HttpContext>> Make(DocServiceOptions options)
    {
        if (options.ConcurrentRequestsMax is { } concurrent)
        {
            yield return PartitionedRateLimiter.Create<HttpContext, string>(context => OwnerOf(context) is { } owner
                ? RateLimitPartition.GetConcurrencyLimiter(owner, _ => new ConcurrencyLimiterOptions { PermitLimit = concurrent, QueueLimit = 0 })
                : RateLimitPartition.GetNoLimiter(string.Empty));
        }

        if (options.RequestsPerMinute is { } rate)
        {
            var tokens = new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.RequestBurst ?? Math.Max(1, rate / 6),
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / rate,
                QueueLimit = 0,
                AutoReplenishment = false, // the partitioned one does it for all
            };
            yield return PartitionedRateLimiter.Create<HttpContext, string>(context => OwnerOf(context) is { } owner
                ? RateLimitPartition.GetTokenBucketLimiter(owner, _ => tokens)
                : RateLimitPartition.GetNoLimiter(string.Empty));
        }
    }

    private static string? OwnerOf(HttpContext context)
    {
        Caller caller = Caller.Of(context);
        return RawTarget.PathOf(RawTarget.Of(context)).StartsWith(Probes, StringComparison.Ordinal) ? null
            : caller.IsKnown ? caller.Owner
            : Places[ClientAddress.PlaceOf(context.Connection.RemoteIpAddress)];
    }

    private static async ValueTask RefuseAsync(OnRejectedContext refused, CancellationToken cancellation)
    {
        bool isOfRate = refused.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after);
        string detail = isOfRate
            ? "More requests have come than one key, or one address without a key, may send (RequestsPerMinute)."
            : "As many requests are under way as one key, or one address without a key, may have (ConcurrentRequestsMax).";
        int seconds = isOfRate ? (int)Math.Max(1, Math.Ceiling(after.TotalSeconds)) : RetrySeconds;
        await ProblemWriter.WriteAsync(refused.HttpContext, new Problem(ProblemCatalogue.TooManyRequests, detail) { RetryAfterSeconds = seconds });
    }
}
