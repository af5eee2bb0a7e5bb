using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>
/// One seed after the other, the same ones in every run. <c>DOCSERVICE_CRASH_SECONDS=3600</c> searches on with fresh seeds,
/// <c>DOCSERVICE_CRASH_SEED=n</c> runs one.
/// </summary>
public sealed class CrashSearchTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_207;
    private const int SeedsUntilFound = 50;

    private static readonly int Seeds = SearchLength.Times(32);

    [Fact]
    public void Search_SeedAfterSeed_FindsNothing()
    {
        var search = new CrashSearch();
        int first = CrashSearch.OnlySeed ?? (CrashSearch.Seconds is null ? Seed : Environment.TickCount);
        string? violation = CrashSearch.OnlySeed is { } only
            ? search.Run(only)
            : CrashSearch.Seconds is { } seconds ? search.Run(first, TimeSpan.FromSeconds(seconds)) : search.Run(first, Seeds);

        output.WriteLine($"{search}, the first one {first}");
        Assert.True(violation is null, violation);
    }

    /// <summary>That the search can find something.</summary>
    [Fact]
    [Trait("Shows", "sabotage")]
    public void Search_WithoutTheJournalsSync_FindsIt()
    {
        string? problem = null;
        int seed = Seed;
        for (; problem is null && seed < Seed + SeedsUntilFound; seed++)
        {
            problem = new Lives(new Random(seed), call => call.Kind == CallKind.SyncData).Run();
        }

        output.WriteLine($"{seed - Seed} seeds: {problem}");
        Assert.NotNull(problem);
    }
}
