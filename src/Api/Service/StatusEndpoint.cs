using System.Reflection;
using DocService.Api.Access;
using DocService.Api.Expiry;
using DocService.Api.Fields;
using DocService.Api.History;
using DocService.Api.Tls;
using DocService.Index;
using DocService.Postgres;
using DocService.Storage;

namespace DocService.Api.Service;

/// <summary>GET /status: the store for operators.</summary>
internal static class StatusEndpoint
{
    public static readonly string Version =
        typeof(StatusEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private const int DamageShown = 100; // of all that is damaged; the number says how much there is

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/status", ["GET", "HEAD"], Get).WithMetadata(RouteAccess.Operator);

    internal static IResult Get(IDocumentStore store, ServedIndex index, ExpirySweep sweep, HistoryKeeper keeper, ServedCertificates certificates)
    {
        if (store.Status is PostgresStatus database)
        {
            return DatabaseReport.Of(database, certificates.All.Select(ToReport));
        }

        IndexStatus? indexed = index.Follower?.Status; // before the end of the log, which only grows
        var status = (JournalStatus)store.Status; // the other engine
        return Results.Json(new
        {
            state = NameOf(status.State),
            reason = status.Reason,
            appendedThrough = status.AppendedThrough,
            durableThrough = status.DurableThrough,
            filedThrough = status.FiledThrough,
            pendingDocuments = status.PendingDocuments,
            journalBytes = status.JournalBytes,
            queuedCommits = status.QueuedCommits,
            cache = new { bytes = status.Cache.Bytes, documents = status.Cache.Documents, hits = status.Cache.Hits, misses = status.Cache.Misses },
            syncRunningSeconds = Math.Round(status.SyncRunningFor.TotalSeconds, 3),
            filingObstacle = status.FilingObstacle,
            recovery = status.Recovery is { } recovery
                ? new { records = recovery.Records, discardedRecords = recovery.DiscardedRecords, cleanStop = recovery.WasCleanStop, end = recovery.End, copy = recovery.IsCopy }
                : null,
            requests = status.Requests is { } requests
                ? new { held = requests.Held, files = requests.Files, unfiled = requests.Unfiled, damage = requests.Damage }
                : null,
            scrub = ToReport(status.Scrub),
            index = ToReport(indexed, status.DurableThrough),
            time = new { now = status.Time.Now.UtcDateTime, wallAheadSeconds = Math.Round(status.Time.WallAhead.TotalSeconds, 3), inDoubt = status.Time.IsInDoubt },
            sweep = ToReport(sweep),
            history = ToReport(keeper),
            certificates = certificates.All.Select(ToReport),
            storeId = status.StoreId,
            dataDirectory = status.DataDirectory,
            firstStart = status.IsFirstStart,
            fileSystem = new
            {
                type = status.FileSystem,
                mountOptions = status.MountOptions,
                promise = DurabilityField.NameOf(status.Promise),
                remark = status.PromiseRemark,
                freeBytes = status.FreeBytes,
                freeInodes = status.FreeInodes == long.MaxValue ? null : (long?)status.FreeInodes,
            },
            version = Version,
        });
    }

    private static object ToReport(IndexStatus? index, long durableThrough) => new
    {
        state = NameOf(index?.Stage),
        reason = index?.Reason,
        position = index?.Position,
        lagCommits = index is null ? null : (long?)Math.Max(0, durableThrough - index.Position),
        lagSeconds = index is null ? null : (double?)Math.Round(index.Lag.TotalSeconds, 3),
        done = index?.Done,
        total = index?.Total,
        unreadable = index?.Unreadable,
    };

    private static object? ToReport(ScrubReport? scrub) => scrub is null ? null : new
    {
        running = scrub.IsRunning,
        finished = scrub.Finished?.UtcDateTime,
        problem = scrub.Problem,
        files = scrub.Files,
        bytes = scrub.Bytes,
        restored = scrub.Restored,
        differences = scrub.Differences,
        damaged = scrub.Damage.Count,
        damage = scrub.Damage.Take(DamageShown).Select(static one => new { file = one.File, id = one.Id, what = one.What, since = one.Since.UtcDateTime }),
    };

    private static object ToReport(ExpirySweep sweep)
    {
        (SweepState state, string? reason) = sweep.State;
        return new { state = NameOf(state), reason, swept = sweep.Swept };
    }

    private static object ToReport(HistoryKeeper keeper)
    {
        (KeeperState state, string? reason) = keeper.State;
        return new { state = state == KeeperState.Off ? "off" : state == KeeperState.Ready ? "ready" : "paused", reason, dropped = keeper.Dropped };
    }

    private static object ToReport(ServedCertificate certificate) => new
    {
        name = certificate.Name,
        subject = certificate.Current.TargetCertificate.Subject,
        serialNumber = certificate.Current.TargetCertificate.SerialNumber,
        validUntil = certificate.Current.TargetCertificate.NotAfter.ToUniversalTime(),
        problem = certificate.Problem,
    };

    private static string NameOf(SweepState state) => state switch
    {
        SweepState.Off => "off",
        SweepState.Waiting => "waiting",
        SweepState.Ready => "ready",
        _ => "paused",
    };

    private static string NameOf(IndexStage? stage) => stage switch
    {
        null => "off",
        IndexStage.NotStarted => "starting",
        IndexStage.Following => "ready",
        IndexStage.Building => "building",
        IndexStage.Waiting => "waiting",
        _ => "stopped",
    };

    public static string NameOf(StoreState state) => state switch
    {
        StoreState.Ready => "ready",
        StoreState.ReadOnly => "read-only",
        StoreState.Fenced => "fenced",
        StoreState.Unavailable => "unavailable",
        _ => "damaged",
    };
}
