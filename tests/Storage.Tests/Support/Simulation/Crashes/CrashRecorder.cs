namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>
/// Keeps every moment of a run at which a power cut may leave something new: before each call that changes anything,
/// before each mark, and now. A write that was cut off in the middle is among the states of the point behind it,
/// since each of its sectors may be missing.
/// </summary>
/// <remarks>
/// Owns: the points.
/// Thread: <see cref="Observe"/> under the file system's lock; the points once the workload is over.
/// Invariants: two neighbouring points differ in the volume or in the marks before them.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashRecorder(CallLog log, Func<Volume> snapshot)
{
    private readonly List<CrashPoint> _points = [];
    private int _lastMarks = -1;

    /// <summary>All moments so far, the present one included.</summary>
    public IReadOnlyList<CrashPoint> Points()
    {
        Observe(snapshot());
        return _points;
    }

    /// <summary>
    /// The states of all points, each once for the same number of marks: a state met again after one more
    /// acknowledgement is another test.
    /// </summary>
    /// <param name="seed">Chooses the subsets, the order and the random bytes.</param>
    /// <param name="budget">At most this many for each point.</param>
    public IEnumerable<CrashState> States(int seed, int budget = int.MaxValue)
    {
        var seen = new HashSet<UInt128>();
        int marks = -1;
        foreach (CrashPoint point in Points())
        {
            if (point.Marks.Count != marks)
            {
                marks = point.Marks.Count;
                seen.Clear();
            }

            foreach (CrashState state in point.States(unchecked(seed + point.Number), budget, seen))
            {
                yield return state;
            }
        }
    }

    /// <summary>Some states of some points, no two alike; fewer where there are not as many.</summary>
    /// <param name="random">Chooses the points and of each the state.</param>
    /// <param name="count">How often it chooses.</param>
    public IEnumerable<CrashState> Sample(Random random, int count)
    {
        const int StatesOfAPointMax = 16;
        var points = Points();
        var taken = new HashSet<(UInt128 Hash, int Marks)>();
        for (int choice = 0; choice < count; choice++)
        {
            CrashPoint point = points[random.Next(points.Count)];
            if (point.States(random.Next(), random.Next(1, StatesOfAPointMax)).LastOrDefault() is { } state && taken.Add((state.Hash, point.Marks.Count)))
            {
                yield return state;
            }
        }
    }

    /// <summary>Called before anything that may change the volume, and before each mark.</summary>
    public void Observe(Volume volume)
    {
        int marks = log.MarkCount;
        if (_points.Count > 0 && marks == _lastMarks && ReferenceEquals(_points[^1].Volume, volume))
        {
            return;
        }

        _lastMarks = marks;
        _points.Add(new CrashPoint(_points.Count, log, log.Count, volume));
    }
}
