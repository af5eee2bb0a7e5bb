using System.Diagnostics.Metrics;

namespace DocService.Index.Answering;

/// <summary>The instruments of queries, in the meter <c>DocService.Index</c>.</summary>
/// <remarks>Owns: the meter. Thread: any.</remarks>
internal sealed class QueryMetrics : IDisposable
{
    private readonly Meter _meter = new("DocService.Index");
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _examined;

    public QueryMetrics()
    {
        _duration = _meter.CreateHistogram("docservice.query.duration", "s", "Time that a query took, by where its candidates came from.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });
        _examined = _meter.CreateCounter<long>("docservice.query.examined", "{document}", "Rows that queries looked at, by where these came from.");
    }

    public void Dispose() => _meter.Dispose();

    public void Note(Search search, TimeSpan duration)
    {
        var source = new KeyValuePair<string, object?>("reads", search.Source);
        _duration.Record(duration.TotalSeconds, source);
        _examined.Add(search.Examined, source);
    }
}
