using System.Diagnostics.Metrics;
using DocService.Index;

namespace DocService.Api.Waiting;

/// <summary>The instruments of the change feed, in the meter <c>DocService.Feed</c>.</summary>
/// <remarks>Owns: the meter. Thread: any; observed on the exporter's.</remarks>
internal sealed class FeedMetrics : IDisposable
{
    public const string MeterName = "DocService.Feed";

    private readonly Meter _meter = new(MeterName);
    private long _cutOff;

    public FeedMetrics(FeedClients clients, ServedIndex index)
    {
        _meter.CreateObservableGauge("docservice.feed.clients", () => clients.Count, "{client}", "Clients that wait for changes: streams, pages and reads of one document.");
        _meter.CreateObservableGauge("docservice.feed.lag", () => LagOf(clients, index.Feed), "{commit}", "Published commits that the stream has not been sent that is furthest behind.");
        _meter.CreateObservableGauge("docservice.feed.held", () => index.Feed?.Tail.HeldBytes ?? 0, "By", "Changes that are kept in memory for all streams.");
        _meter.CreateObservableCounter("docservice.feed.cut_off", () => Interlocked.Read(ref _cutOff), "{client}", "Streams that were ended because their clients took nothing.");
    }

    public void NoteCutOff() => Interlocked.Increment(ref _cutOff);

    public void Dispose() => _meter.Dispose();

    private static long LagOf(FeedClients clients, IndexFeed? feed) =>
        clients.LeastSequence is { } sequence && feed is not null ? Math.Max(0, feed.PublishedThrough - sequence) : 0;
}
