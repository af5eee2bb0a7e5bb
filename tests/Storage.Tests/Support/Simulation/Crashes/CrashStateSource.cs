namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>The different states of one crash point, built one after the other as they are asked for.</summary>
/// <remarks>
/// Owns: the units of the point, and the hashes of what they do not concern.
/// Thread: one for each enumeration.
/// Invariants: no two states of an enumeration are alike; the same seed gives the same states.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashStateSource(CrashPoint point, UnsyncedUnit[] units)
{
    private readonly CleanTree _clean = new(point.Volume);

    // Where a budget is set, a point is taken to be exhausted after so many choices in a row that gave nothing new.
    private const int FruitlessMax = 96;

    public CrashState Build(Func<UnsyncedUnit, bool> reached, string description) =>
        Build(new CrashSelection(description, [.. units.Select(reached)], MissingContent.Old), 0);

    public IEnumerable<CrashState> States(int seed, int budget, HashSet<UInt128>? seen = null)
    {
        seen ??= [];
        int fruitlessMax = budget == int.MaxValue ? int.MaxValue : FruitlessMax;
        int fruitless = 0;
        int number = 0;
        foreach (CrashSelection selection in new CrashPlan(units).Selections(seed))
        {
            if (budget <= 0 || fruitless > fruitlessMax)
            {
                yield break;
            }

            fruitless++;
            CrashState state = Build(selection, HashCode(seed, number++));
            if (seen.Add(state.Hash))
            {
                fruitless = 0;
                budget--;
                yield return state;
            }
        }
    }

    private static int HashCode(int seed, int number) => unchecked((seed * 31) + number);

    private CrashState Build(CrashSelection selection, int seed)
    {
        if (point.Volume.Settings.Profile == DurabilityProfile.Ext4Ordered)
        {
            selection.KeepEntriesInOrder(units);
        }

        var builder = new CrashStateBuilder(point.Volume, _clean, selection.Missing, seed);
        builder.Apply(units, selection.Reached);
        return new CrashState(point, selection, builder.Hash(), builder.Build);
    }
}
