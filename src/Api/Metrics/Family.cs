using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace DocService.Api.Metrics;

/// <summary>One instrument and all its series.</summary>
internal sealed class Family
{
    /// <summary>A tag with ever new values must not take all memory; what comes beyond is left out.</summary>
    private const int SeriesMax = 1000;

    private static readonly double[] DefaultBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private volatile TaggedSeries[] _seen = []; // replaced as a whole

    private Family(Instrument instrument, string kind, double[]? boundaries)
    {
        Kind = kind;
        Boundaries = boundaries;
        Help = instrument.Description ?? string.Empty;
        Name = PrometheusName(instrument, kind);
    }

    /// <summary>Prometheus' name: unit and <c>_total</c> appended as its conventions ask.</summary>
    public string Name { get; }

    public string Help { get; }

    /// <summary>counter, gauge or histogram.</summary>
    public string Kind { get; }

    public double[]? Boundaries { get; }

    /// <summary>The instrument reports running totals or present values, not increments.</summary>
    public bool IsObserved { get; private init; }

    public IEnumerable<Series> Series => _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    public static Family Of(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        string kind = type == typeof(Histogram<>) ? "histogram"
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? "counter"
            : "gauge";
        double[]? boundaries = kind == "histogram" ? BoundariesOf(instrument) : null;
        return new Family(instrument, kind, boundaries) { IsObserved = instrument.IsObservable || type == typeof(Gauge<>) };
    }

    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if ((FindSeen(tags) ?? Add(tags)) is not { } series)
        {
            return;
        }

        if (Kind == "histogram")
        {
            series.Record(value);
        }
        else if (IsObserved)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Measurements come with every request, their tags are nearly always the same few: for those nothing is formatted.</summary>
    private Series? FindSeen(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (TaggedSeries seen in _seen)
        {
            if (seen.Has(tags))
            {
                return seen.Series;
            }
        }

        return null;
    }

    /// <summary>Null when there are too many already.</summary>
    private Series? Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = LabelsOf(tags);
        if (!_series.TryGetValue(labels, out Series? series))
        {
            if (_series.Count >= SeriesMax)
            {
                return null;
            }

            series = _series.GetOrAdd(labels, static (key, family) => new Series(key, family.Boundaries), this);
        }

        // Two threads at once: one of the two is remembered, the other the next time.
        TaggedSeries[] seen = _seen;
        if (seen.Length < SeriesMax)
        {
            _seen = [.. seen, new TaggedSeries(tags.ToArray(), series)];
        }

        return series;
    }

    private static double[] BoundariesOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(boundary => (double)boundary)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(boundary => (double)boundary)],
        _ => DefaultBoundaries,
    };

    private static string PrometheusName(Instrument instrument, string kind)
    {
        var name = new StringBuilder(Clean(instrument.Name));
        string unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => string.Empty,
        };
        name.Append(unit);
        return kind == "counter" ? name.Append("_total").ToString() : name.ToString();
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return string.Empty;
        }

        var labels = new StringBuilder();
        foreach ((string key, object? value) in tags)
        {
            string text = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty;
            text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            labels.Append(labels.Length > 0 ? "," : string.Empty).Append(Clean(key)).Append("=\"").Append(text).Append('"');
        }

        return labels.ToString();
    }

    private static string Clean(string name)
    {
        char[] clean = name.ToCharArray();
        for (int index = 0; index < clean.Length; index++)
        {
            clean[index] = char.IsAsciiLetterOrDigit(clean[index]) ? clean[index] : '_';
        }

        return new string(clean);
    }
}
