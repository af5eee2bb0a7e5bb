using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DocService.Api.Metrics;

/// <summary>Listens to the meters worth exporting and writes them in Prometheus' text format, version 0.0.4.</summary>
/// <remarks>
/// Owns: the listener. Thread: measurements arrive on any thread; exporting on the request's. Our own because no
/// exporter is to be had as a package where this is built.
/// </remarks>
internal sealed class MetricsCollector : IDisposable
{
    private static readonly string[] Meters =
        ["DocService.Storage", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private readonly ConcurrentDictionary<Instrument, Family> _families = new();
    private readonly MeterListener _listener = new();

    public MetricsCollector()
    {
        _listener.InstrumentPublished = Publish;
        _listener.MeasurementsCompleted = (instrument, state) => _families.TryRemove(instrument, out Family? removed);
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((Family)family!).Take(value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Everything as text.</summary>
    public string Export()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (Family family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind).Append('\n');
            foreach (Series series in family.Series)
            {
                Write(text, family, series);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Family family, Series series)
    {
        (double value, long count, long[] buckets) = series.Read();
        if (family.Boundaries is not { } boundaries)
        {
            Line(text, family.Name, series.Labels, value);
            return;
        }

        long cumulative = 0;
        string comma = series.Labels.Length > 0 ? "," : string.Empty;
        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            cumulative += buckets[bucket];
            string boundary = bucket < boundaries.Length ? boundaries[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(text, family.Name + "_bucket", $"{series.Labels}{comma}le=\"{boundary}\"", cumulative);
        }

        Line(text, family.Name + "_sum", series.Labels, value);
        Line(text, family.Name + "_count", series.Labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (Meters.Contains(instrument.Meter.Name))
        {
            listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, Family.Of));
        }
    }
}
