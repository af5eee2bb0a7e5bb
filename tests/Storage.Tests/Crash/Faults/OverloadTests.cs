using DocService.Storage.Tests.Support.Overload;
using DocService.Storage.Threading;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash.Faults;

/// <summary>A full journal, a slow or failing disk, a used-up quota, and more writers than fit: every refusal is a legal one, in time.</summary>
public sealed class OverloadTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_210;
    private const int SeedWithAFraction = 20_260_278;
    private const int Seeds = 12;
    private const int SeedsUntilFound = 25;

    public static TheoryData<string> Obstacles => [.. Enum.GetNames<Obstacle>()];

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void Overload_SeedAfterSeed_RefusesOnlyWhatItMayAndInTime(string obstacle)
    {
        int refusals = 0;
        int states = 0;
        var violations = new List<string>();
        for (int seed = Seed; seed < Seed + Seeds; seed++)
        {
            var run = new OverloadRun(seed) { Only = Enum.Parse<Obstacle>(obstacle) };
            if (run.Run() is { } violation)
            {
                violations.Add(violation);
            }

            refusals += run.Refusals;
            states += run.States;
        }

        output.WriteLine($"{obstacle}: {Seeds} runs, {refusals} refusals, {states} states, {violations.Count} violations");
        Assert.True(violations.Count == 0, string.Join('\n', violations.Take(5)));
        Assert.True(obstacle == nameof(Obstacle.None) ? refusals == 0 : refusals > 0, $"{refusals} refusals");
    }

    /// <summary>
    /// Whoever waited for room, with less than a millisecond of the time left, asked again and again without a pause: a
    /// timer drops the fraction, and is over at once. Time that others must be given did not pass.
    /// </summary>
    [Fact]
    public void Overload_LessThanAMillisecondIsLeft_IsWaitedForAndNotAskedFor()
    {
        var run = new OverloadRun(SeedWithAFraction);

        string? violation = run.Run();

        Assert.Null(violation);
        Assert.Equal(Obstacle.NoDescriptors, run.Obstacle);
        Assert.True(run.Refusals > 0);
    }

    /// <summary>A journal that was merely busy said that the disk is full, and was read-only for a moment.</summary>
    [Fact]
    [Trait("Shows", "sabotage")]
    public void Overload_BusyIsToldAsFull_IsDetected() => AssertDetected("the state is ReadOnly", Mend.BusyIsNotFull);

    /// <summary>Of N groups that waited for room the last was told after N times the timeout.</summary>
    [Fact]
    [Trait("Shows", "sabotage")]
    public void Overload_TimeBeginsAnewWithEachGroup_IsDetected() => AssertDetected("was told after", Mend.OneDeadline);

    private void AssertDetected(string what, Mend leftOut)
    {
        for (int seed = Seed; seed < Seed + SeedsUntilFound; seed++)
        {
            var run = new OverloadRun(seed) { Only = Obstacle.FilingFails, LeftOut = leftOut };
            if (run.Run() is { } found && found.Contains(what, StringComparison.Ordinal))
            {
                output.WriteLine($"{seed - Seed + 1} runs: {found}");
                return;
            }
        }

        Assert.Fail($"{SeedsUntilFound} runs without {leftOut}, and nothing was found");
    }
}
