using System.Globalization;
using System.Text;
using System.Text.Json;
using DocService.Queries.Keys;
using DocService.Queries.Numbers;
using DocService.Queries.Paths;

namespace DocService.Queries.Aggregation;

/// <summary>One computation of one group. Owns: its result so far. Thread: its aggregator's.</summary>
internal sealed class Accumulator(Operation operation)
{
    private readonly DecimalSum? _sum = operation is Operation.Sum or Operation.Avg ? new DecimalSum() : null;
    private long _count;
    private byte[]? _bestKey;
    private byte[]? _best;

    /// <summary>Bytes that it holds of documents.</summary>
    public long KeptBytes => (_bestKey?.Length ?? 0) + (_best?.Length ?? 0);

    public void CountDocument() => _count++;

    /// <param name="value">As JSON; there.</param>
    /// <param name="encoder">Shared by all of one thread.</param>
    /// <param name="scratch">The same.</param>
    public void Add(ReadOnlySpan<byte> value, KeyEncoder encoder, KeyWriter scratch)
    {
        Utf8JsonReader reader = PathWalk.ReaderOf(value);
        switch (operation)
        {
            case Operation.Count:
                _count++;
                break;
            case Operation.Sum or Operation.Avg when reader.TokenType == JsonTokenType.Number:
                _sum!.Add(ExactNumber.Read(value));
                break;
            case Operation.Min or Operation.Max when reader.TokenType != JsonTokenType.Null:
                scratch.Clear();
                encoder.Write(scratch, ref reader);
                Offer(value, scratch.Written);
                break;
        }
    }

    public AggregateValue Result(string name) => operation switch
    {
        Operation.Count => new AggregateValue(name, Encoding.ASCII.GetBytes(_count.ToString(CultureInfo.InvariantCulture)), 0),
        Operation.Sum => new AggregateValue(name, Encoding.ASCII.GetBytes(_sum!.Sum() ?? "null"), _sum.Inexact),
        Operation.Avg => new AggregateValue(name, Encoding.ASCII.GetBytes(_sum!.Average() ?? "null"), _sum.Inexact),
        _ => new AggregateValue(name, _best ?? "null"u8.ToArray(), 0),
    };

    private void Offer(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        int order = _bestKey is null ? 0 : key.SequenceCompareTo(_bestKey);
        if (_bestKey is null || (operation == Operation.Min ? order < 0 : order > 0))
        {
            _bestKey = key.ToArray();
            _best = value.ToArray();
        }
    }
}
