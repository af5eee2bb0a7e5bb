using System.Diagnostics;

namespace DocService.Storage.Bench.Support;

/// <summary>Measured times of single requests, every one kept. Not for several threads: each has its own, merged at the end.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];
    private bool _isSorted;

    public int Count => _ticks.Count;

    public TimeSpan Longest => At(1);

    public void Add(long started)
    {
        _isSorted = false;
        _ticks.Add(Stopwatch.GetTimestamp() - started);
    }

    public void Add(Latencies other)
    {
        _isSorted = false;
        _ticks.AddRange(other._ticks);
    }

    /// <summary>The time below which this part of the requests stayed, 0 to 1; zero when there were none.</summary>
    public TimeSpan At(double part)
    {
        if (_ticks.Count == 0)
        {
            return TimeSpan.Zero;
        }

        if (!_isSorted)
        {
            _ticks.Sort();
            _isSorted = true;
        }

        int index = (int)Math.Ceiling(part * _ticks.Count) - 1;
        return Stopwatch.GetElapsedTime(0, _ticks[Math.Clamp(index, 0, _ticks.Count - 1)]);
    }
}
