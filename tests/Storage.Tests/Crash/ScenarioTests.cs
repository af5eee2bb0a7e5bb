using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>Every order of up to three client operations, and some of the states that a power cut may leave of each.</summary>
public sealed class ScenarioTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_206;

    /// <summary>Of a single operation under one condition; of two under some; of three under one.</summary>
    private static readonly int[] StatesOf = [0, SearchLength.Times(6), SearchLength.Times(4), SearchLength.Times(4)];

    public static TheoryData<int> Lengths => [.. Enumerable.Range(1, Scenario.LengthMax)];

    /// <summary>
    /// Single operations come under every condition, pairs under every third, triples under one each, and neighbours
    /// under different ones. The search takes the rest.
    /// </summary>
    [Theory]
    [MemberData(nameof(Lengths))]
    public void PowerCut_InEveryScenario_KeepsWhatWasAcknowledgedOrRead(int length)
    {
        int step = length switch { 1 => 1, 2 => 3, _ => Scenario.Conditions.Count };
        var scenarios = Scenario.Orders.Where(order => order.Count == length)
            .SelectMany((order, index) => Scenario.Conditions
                .Where((_, condition) => (condition + (index * 5)) % step == 0)
                .Select(condition => Scenario.Of(order, condition)))
            .ToList();
        int states = 0;
        Parallel.ForEach(scenarios.Index(), new ParallelOptions { MaxDegreeOfParallelism = 2 }, item =>
        {
            var (index, scenario) = item;
            CrashRecorder recorder = scenario.Record(unchecked(Seed + index));
            foreach (CrashState state in recorder.Sample(new Random(unchecked(Seed + index)), StatesOf[length]))
            {
                Interlocked.Increment(ref states);
                string? problem = Oracle.Examine(state);
                Assert.True(problem is null, $"{scenario}, seed {Seed}, {state}: {problem}");
            }
        });

        output.WriteLine($"{scenarios.Count} scenarios of {length}: {states} states");
        Assert.True(states > 3 * scenarios.Count, $"only {states} states of {scenarios.Count} scenarios");
    }
}
