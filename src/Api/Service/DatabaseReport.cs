using DocService.Api.Fields;
using DocService.Postgres;

namespace DocService.Api.Service;

/// <summary>GET /status with the engine on PostgreSQL: what that engine can tell. There is no journal, no file and no index to tell of.</summary>
internal static class DatabaseReport
{
    public static IResult Of(PostgresStatus status, IEnumerable<object> certificates) => Results.Json(new
    {
        state = StatusEndpoint.NameOf(status.State),
        reason = status.Reason,
        durableThrough = status.DurableThrough,
        time = new { now = status.Time.Now.UtcDateTime, wallAheadSeconds = Math.Round(status.Time.WallAhead.TotalSeconds, 3), inDoubt = status.Time.IsInDoubt },
        certificates,
        storeId = status.StoreId,
        firstStart = status.IsFirstStart,
        database = new
        {
            name = status.Database,
            serverVersion = status.ServerVersion,
            fsync = status.Settings?.Fsync,
            fullPageWrites = status.Settings?.FullPageWrites,
            synchronousCommit = status.Settings?.SynchronousCommit,
            synchronousStandbyNames = status.Settings?.SynchronousStandbyNames,
            replicas = status.Replicas,
            promise = DurabilityField.NameOf(status.Promise),
            remark = status.PromiseRemark,
        },
        version = StatusEndpoint.Version,
    });
}
