using System.Diagnostics;
using DocService.Storage.Journal.Marks;

namespace DocService.Storage.Engine.Committing;

/// <summary>The spans of a write, for whoever listens to the source <see cref="SourceName"/>. Nothing in them tells of a document: no id, no body.</summary>
/// <remarks>Thread: the writer's. While nobody listens, nothing is measured for them.</remarks>
internal static class WriteTrace
{
    public const string SourceName = "DocService.Storage";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A write, from its judgement to its acknowledgement. Null where this one is not recorded.</summary>
    public static Activity? Begin() => Source.StartActivity("docservice.commit");

    /// <summary>How the write ended.</summary>
    public static void End(Activity? span, CommitResult result)
    {
        span?.SetTag("docservice.operations", result.Results.Count).SetTag("docservice.committed", result.IsCommitted);
        if (result.IsCommitted)
        {
            span?.SetTag("docservice.sequence", result.Sequence).SetTag("docservice.durability", NameOf(result.Level));
        }
    }

    /// <summary>It ended with an exception, whose message may tell of the document: its name does not.</summary>
    public static void Fail(Activity? span, Exception exception) =>
        span?.SetTag("error.type", exception.GetType().Name).SetStatus(ActivityStatusCode.Error);

    /// <summary>What the write waited for in the journal. It is told afterwards: the journal's thread has other things to do.</summary>
    /// <param name="times">Of its commit, which is acknowledged.</param>
    /// <param name="isSynced">Whether the sync came before that.</param>
    /// <param name="clock">Gave the times.</param>
    public static void TellJournal(CommitTimes times, bool isSynced, TimeProvider clock)
    {
        if (Activity.Current is not { } write)
        {
            return;
        }

        long now = clock.GetTimestamp();
        DateTimeOffset wall = clock.GetUtcNow();
        Tell("docservice.journal.wait", times.Queued, times.Taken);
        if (isSynced)
        {
            Tell("docservice.journal.sync", times.SyncStarted, times.SyncEnded);
        }

        void Tell(string name, long from, long to)
        {
            using Activity? span = Source.StartActivity(ActivityKind.Internal, write.Context, startTime: wall - clock.GetElapsedTime(from, now), name: name);
            span?.SetEndTime((wall - clock.GetElapsedTime(to, now)).UtcDateTime);
        }
    }

    /// <summary>A write waits for its file.</summary>
    public static Activity? BeginFiling() => Source.StartActivity("docservice.filing.wait");

    private static string NameOf(DurabilityLevel level) => level switch
    {
        DurabilityLevel.Replicated => "replicated",
        DurabilityLevel.Filed => "filed",
        DurabilityLevel.Durable => "durable",
        DurabilityLevel.Buffered => "buffered",
        _ => "volatile",
    };
}
