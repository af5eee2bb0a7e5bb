using System.Diagnostics;
using System.Globalization;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>Runs seeds one after the other, on two threads: each is a workload of its own and some of the states that cuts may leave of it.</summary>
/// <remarks>
/// Owns: the counts. Thread: any.
/// Invariants: a seed chooses everything but the order in which threads of the store and of concurrent clients get their turn.
/// On failure: the violation stands in the report with a line that runs its seed alone, and the calls in a file.
/// </remarks>
internal sealed class CrashSearch
{
    private const int Threads = 2;
    private const int StatesOfAScenario = 12;

    private int _seeds;
    private int _states;
    private int _lives;

    /// <summary>Seconds to search with fresh seeds, instead of some moments with the same ones.</summary>
    public static int? Seconds => Number("DOCSERVICE_CRASH_SECONDS");

    /// <summary>The one seed to run.</summary>
    public static int? OnlySeed => Number("DOCSERVICE_CRASH_SEED");

    /// <summary>Runs seeds from the first one on until the time is over or one has failed; null when none has.</summary>
    public async Task<string?> RunAsync(int firstSeed, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        string? violation = null;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, int.MaxValue).TakeWhile(_ => violation is null && Stopwatch.GetElapsedTime(started) < duration),
            new ParallelOptions { MaxDegreeOfParallelism = Threads },
            async (index, _) =>
            {
                if (await RunAsync(unchecked(firstSeed + index)) is { } found)
                {
                    violation = found;
                }
            });
        return violation;
    }

    /// <summary>One seed: null, or what is wrong and how to see it again.</summary>
    public async Task<string?> RunAsync(int seed)
    {
        Interlocked.Increment(ref _seeds);
        var random = new Random(seed);
        try
        {
            return random.Next(2) == 0 ? await RunLivesAsync(seed, random) : await RunScenarioAsync(seed, random);
        }
        catch (Exception exception)
        {
            return Describe(seed, exception.ToString(), []);
        }
    }

    public override string ToString() => $"{_seeds} seeds, {_lives} lives, {_states} states";

    private async Task<string?> RunLivesAsync(int seed, Random random)
    {
        var lives = new Lives(random);
        string? problem = await lives.RunAsync();
        Interlocked.Add(ref _states, lives.States);
        Interlocked.Add(ref _lives, lives.Count);
        return problem is null ? null : Describe(seed, problem, lives.Calls);
    }

    private async Task<string?> RunScenarioAsync(int seed, Random random)
    {
        Scenario scenario = Scenario.Of(
            Scenario.Orders[random.Next(Scenario.Orders.Count)],
            Scenario.Conditions[random.Next(Scenario.Conditions.Count)]);
        CrashRecorder recorder = await scenario.RecordAsync();
        foreach (CrashState state in recorder.Sample(random, StatesOfAScenario))
        {
            Interlocked.Increment(ref _states);
            if (await Oracle.ExamineAsync(state) is { } problem)
            {
                return Describe(seed, $"{scenario}, {state}: {problem}", state.Point.Calls);
            }
        }

        return null;
    }

    private static string Describe(int seed, string problem, IReadOnlyList<SimulatedCall> calls)
    {
        string path = Path.Combine(AppContext.BaseDirectory, string.Create(CultureInfo.InvariantCulture, $"crash-{seed}.log"));
        File.WriteAllLines(path, calls.Select(call => call.ToString()));
        return string.Create(CultureInfo.InvariantCulture, $"""
            {problem}
            The calls until then: {path}
            Again: DOCSERVICE_CRASH_SEED={seed} dotnet test tests/Storage.Tests -c Release --filter FullyQualifiedName~CrashSearchTests
            """);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}
