using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Overload;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>A full journal, a slow or failing disk, a used-up quota, and more writers than fit: every refusal is a legal one, in time.</summary>
public sealed class OverloadTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_210;
    private const int Seeds = 25;

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

    /// <summary>A journal that is merely busy said that the disk is full: so it would again if what keeps a spare from being made were taken for lack of room.</summary>
    [Fact]
    public void Overload_ObstacleTakenForLackOfRoom_IsDetected() => AssertDetected(
        "out of space",
        seed => new OverloadRun(seed)
        {
            Only = Obstacle.FilingFails,
            Sabotage = disk => disk.FailCall(1, Errno.ENOSPC, forever: true, where: call => call.Kind == CallKind.Create && call.Name.StartsWith("spare-", StringComparison.Ordinal)),
        });

    /// <summary>N groups that waited for room were told after N times the timeout: so they would again if the journal's clock began anew.</summary>
    [Fact]
    public void Overload_JournalsClockLagsBehind_IsDetected() => AssertDetected(
        "was told after",
        seed => new OverloadRun(seed) { Only = Obstacle.FilingFails, SabotagedClock = clock => new LaggingClock(clock, "docservice-journal") });

    private void AssertDetected(string what, Func<int, OverloadRun> make)
    {
        for (int seed = Seed; seed < Seed + Seeds; seed++)
        {
            if (make(seed).Run() is { } found && found.Contains(what, StringComparison.Ordinal))
            {
                output.WriteLine($"{seed - Seed + 1} runs: {found}");
                return;
            }
        }

        Assert.Fail($"{Seeds} runs, and nothing was found");
    }
}
