namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>Which choices of what reached the disk are tried at one point, and in which order.</summary>
/// <remarks>
/// Owns: the units of the point and how they group into calls.
/// Thread: one.
/// Invariants: the same seed gives the same choices in the same order.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashPlan
{
    private const int RandomSubsets = 32;

    // Up to this many units every subset is tried.
    private const int ExhaustiveUnitsMax = 5;

    private static readonly MissingContent[] AllFills =
        [MissingContent.Old, MissingContent.Zeros, MissingContent.Random, MissingContent.Stale, MissingContent.ShornBlock];

    private readonly UnsyncedUnit[] _units;

    // Without sectors there is nothing to fill.
    private readonly MissingContent[] _fills;

    // Index of the first unit of each call, and behind them the number of units.
    private readonly int[] _calls;

    public CrashPlan(UnsyncedUnit[] units)
    {
        _units = units;
        _fills = units.Any(unit => unit.IsSector) ? AllFills : [MissingContent.Old];
        _calls = [.. Enumerable.Range(0, units.Length).Where(index => index == 0 || units[index].Ordinal != units[index - 1].Ordinal), units.Length];
    }

    /// <summary>
    /// First what every run must see: nothing, everything, everything of one kind. Then choices by whole calls,
    /// random subsets and choices by single units, taking turns, each in seeded order: a budget that ends early
    /// has seen some of each.
    /// </summary>
    public IEnumerable<CrashSelection> Selections(int seed)
    {
        foreach (CrashSelection selection in Always())
        {
            yield return selection;
        }

        if (_units.Length == 0)
        {
            yield break;
        }

        var random = new Random(seed);
        IEnumerator<CrashSelection>[] sources =
        [
            ByCalls(random).GetEnumerator(),
            Subsets(random.Next()).GetEnumerator(),
            ByUnits(random).GetEnumerator(),
        ];
        for (bool more = true; more;)
        {
            more = false;
            foreach (IEnumerator<CrashSelection> source in sources)
            {
                if (source.MoveNext())
                {
                    more = true;
                    yield return source.Current;
                }
            }
        }
    }

    private IEnumerable<CrashSelection> Always() =>
    [
        Select("nothing reached the disk", _ => false, MissingContent.Old),
        Select("everything reached the disk", _ => true, MissingContent.Old),
        .. _fills.Select(fill => Select("all names and lengths, no bytes", index => !_units[index].IsSector, fill)),
        .. _fills.Skip(1).Select(fill => Select("nothing reached the disk", _ => false, fill)),
        Select("all names, no lengths and bytes", index => _units[index].IsEntry, MissingContent.Old),
        Select("all bytes and lengths, no names", index => !_units[index].IsEntry, MissingContent.Old),
        Select("all names and bytes, no lengths", index => _units[index].IsEntry || _units[index].IsSector, MissingContent.Old),
    ];

    private IEnumerable<CrashSelection> ByCalls(Random random)
    {
        int calls = _calls.Length - 1;
        foreach (int choice in Shuffled(calls * 3 * _fills.Length, random))
        {
            var (call, rest) = (choice % calls, choice / calls);
            var (from, to, fill) = (_calls[call], _calls[call + 1], _fills[rest / 3]);
            yield return (rest % 3) switch
            {
                0 => Select($"the first {call} of {calls} calls", index => index < from, fill),
                1 => Select($"call {call} of {calls} alone", index => index >= from && index < to, fill),
                _ => Select($"all but call {call} of {calls}", index => index < from || index >= to, fill),
            };
        }
    }

    private IEnumerable<CrashSelection> ByUnits(Random random)
    {
        int units = _units.Length;
        if (units == _calls.Length - 1)
        {
            // Each call is one unit: ByCalls has them all.
            yield break;
        }

        foreach (int choice in Shuffled(units * 3 * _fills.Length, random))
        {
            var (unit, rest) = (choice % units, choice / units);
            MissingContent fill = _fills[rest / 3];
            yield return (rest % 3) switch
            {
                0 => Select($"the first {unit} of {units} units", index => index < unit, fill),
                1 => Select($"unit {unit} of {units} alone", index => index == unit, fill),
                _ => Select($"all but unit {unit} of {units}", index => index != unit, fill),
            };
        }
    }

    private IEnumerable<CrashSelection> Subsets(int seed)
    {
        if (_units.Length <= ExhaustiveUnitsMax)
        {
            for (int subset = 0; subset < 1 << _units.Length; subset++)
            {
                int bits = subset;
                yield return Select($"subset {subset:b}", index => (bits & (1 << index)) != 0, MissingContent.Old);
                yield return Select($"subset {subset:b}", index => (bits & (1 << index)) != 0, MissingContent.Mixed);
            }

            yield break;
        }

        var random = new Random(seed);
        for (int number = 0; number < RandomSubsets; number++)
        {
            // Dense, balanced and sparse subsets: half of everything is only one way to fail.
            int percent = (number % 3) switch { 0 => 50, 1 => 90, _ => 15 };
            yield return Select($"random subset {number}", _ => random.Next(100) < percent, (number & 1) == 0 ? MissingContent.Old : MissingContent.Mixed);
        }
    }

    /// <summary>0 … count-1 in seeded order, each once, without a list of them: count may be large and few may be taken.</summary>
    private static IEnumerable<int> Shuffled(int count, Random random)
    {
        var moved = new Dictionary<int, int>();
        for (int index = 0; index < count; index++)
        {
            int other = random.Next(index, count);
            int taken = moved.GetValueOrDefault(other, other);
            moved[other] = moved.GetValueOrDefault(index, index);
            yield return taken;
        }
    }

    private CrashSelection Select(string name, Func<int, bool> reached, MissingContent missing)
    {
        var selected = new bool[_units.Length];
        for (int index = 0; index < selected.Length; index++)
        {
            selected[index] = reached(index);
        }

        return new CrashSelection(name, selected, missing);
    }
}
