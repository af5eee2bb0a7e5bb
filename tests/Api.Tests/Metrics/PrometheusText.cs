using System.Globalization;
using System.Text.RegularExpressions;

namespace DocService.Api.Tests.Metrics;

/// <summary>Prometheus' text format 0.0.4, read strictly.</summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, string> _kinds = [];
    private readonly Dictionary<string, double> _samples = [];

    private PrometheusText()
    {
    }

    /// <summary>Kind of each family by its name.</summary>
    public IReadOnlyDictionary<string, string> Kinds => _kinds;

    /// <summary>Value of each sample by its name with its labels.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    /// <summary>Sum over all label sets of the name.</summary>
    public double Sum(string name) => _samples.Where(sample => sample.Key == name || sample.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(sample => sample.Value);

    public static PrometheusText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var parsed = new PrometheusText();
        string family = string.Empty;
        foreach (string line in text[..^1].Split('\n'))
        {
            string[] words = line.Split(' ');
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = words[2];
                Assert.Contains(words[3], (string[])["counter", "gauge", "histogram"]);
                Assert.True(parsed._kinds.TryAdd(family, words[3]), $"twice: {line}");
            }
            else if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                Assert.Equal(family, words[2]);
            }
            else
            {
                parsed.Take(line, family);
            }
        }

        parsed.CheckHistograms();
        return parsed;
    }

    private void Take(string line, string family)
    {
        Match match = Sample().Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        string name = match.Groups["name"].Value;
        string[] names = _kinds[family] == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family];
        Assert.True(names.Contains(name), $"{line} stands under {family}");
        string[] labels = [.. match.Groups["label"].Captures.Select(capture => capture.Value)];
        Assert.True(labels.Distinct().Count() == labels.Length, $"a label twice: {line}");
        double value = double.Parse(match.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
        Assert.True(_kinds[family] != "counter" || value >= 0, line);
        string set = match.Groups["labels"].Value;
        Assert.True(_samples.TryAdd(set == "{}" ? name : name + set, value), $"twice: {line}");
    }

    /// <summary>Buckets never fall, and the last one, +Inf, is the count.</summary>
    private void CheckHistograms()
    {
        foreach (string family in _kinds.Where(pair => pair.Value == "histogram").Select(pair => pair.Key))
        {
            foreach (string count in _samples.Keys.Where(key => key == family + "_count" || key.StartsWith(family + "_count{", StringComparison.Ordinal)))
            {
                string labels = count[(family.Length + "_count".Length)..].Trim('{', '}');
                string prefix = $"{family}_bucket{{{labels}{(labels.Length > 0 ? "," : string.Empty)}le=";
                double[] buckets = [.. _samples.Where(sample => sample.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(sample => sample.Value)];
                Assert.Equal(buckets.Order(), buckets);
                Assert.Equal(_samples[count], buckets[^1]);
                Assert.Equal(_samples[count], _samples[prefix + "\"+Inf\"}"]);
            }
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{(?:(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (?<value>[-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|Inf|NaN))$""", RegexOptions.CultureInvariant)]
    private static partial Regex Sample();
}
