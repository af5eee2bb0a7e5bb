namespace DocService.Api.Metrics;

/// <summary>The measurements of one instrument with one set of tags.</summary>
/// <remarks>Thread: any; its own lock, held for a few additions.</remarks>
internal sealed class Series(string labels, double[]? boundaries)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[boundaries?.Length + 1 ?? 0];
    private double _value;
    private long _count;

    /// <summary>In Prometheus' form without braces: <c>method="GET",code="200"</c>.</summary>
    public string Labels { get; } = labels;

    /// <summary>Adds to a counter or an up-down counter.</summary>
    public void Add(double value)
    {
        lock (_gate)
        {
            _value += value;
        }
    }

    /// <summary>Sets a gauge, or a counter that is observed as a whole.</summary>
    public void Set(double value)
    {
        lock (_gate)
        {
            _value = value;
        }
    }

    /// <summary>Takes one value of a histogram.</summary>
    public void Record(double value)
    {
        int bucket = 0;
        while (bucket < boundaries!.Length && value > boundaries[bucket])
        {
            bucket++;
        }

        lock (_gate)
        {
            _buckets[bucket]++;
            _count++;
            _value += value;
        }
    }

    /// <summary>Value or sum, number of values, and values per bucket.</summary>
    public (double Value, long Count, long[] Buckets) Read()
    {
        lock (_gate)
        {
            return (_value, _count, [.. _buckets]);
        }
    }
}
