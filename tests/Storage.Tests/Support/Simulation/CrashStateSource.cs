namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>The different states of one crash point, built one after the other as they are asked for.</summary>
/// <remarks>
/// Owns: nothing but the units of the point.
/// Thread: one for each enumeration.
/// Invariants: no two states of an enumeration are alike; the same seed gives the same states.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashStateSource(CrashPoint point, UnsyncedUnit[] units)
{
    // Where a budget is set, a point is taken to be exhausted after so many choices in a row that gave nothing new.
    private const int FruitlessMax = 256;

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

            CrashState state = Build(selection, HashCode(seed, number++));
            fruitless++;
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

        Volume volume = new CrashStateBuilder(point.Volume, units, selection, seed).Build();
        return new CrashState(point, selection.ToString(), CrashStateBuilder.Hash(volume), volume);
    }
}
