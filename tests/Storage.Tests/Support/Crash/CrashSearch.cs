using System.Diagnostics;
using System.Globalization;
using DocService.Storage.Tests.Support.Crash.Ending;
using DocService.Storage.Tests.Support.Overload;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>Runs seeds one after the other, on two threads: each is a workload of its own and some of the states that cuts may leave of it.</summary>
/// <remarks>
/// Owns: the counts. Thread: any.
/// Invariants: a seed chooses everything, who gets the turn included, so it is its replay.
/// On failure: the violation stands in the report with a line that runs its seed alone, and the calls in a file.
/// </remarks>
internal sealed class CrashSearch
{
    private const int Threads = 2;
    private const int StatesOfAScenario = 12;

    private int _seeds;
    private int _states;
    private int _lives;
    private int _refusals;

    /// <summary>Seconds to search with fresh seeds, instead of the same ones in every run.</summary>
    public static int? Seconds => Number("DOCSERVICE_CRASH_SECONDS");

    /// <summary>The one seed to run.</summary>
    public static int? OnlySeed => Number("DOCSERVICE_CRASH_SEED");

    /// <summary>Runs seeds from the first one on until the time is over or one has failed; null when none has.</summary>
    public string? Run(int firstSeed, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        return Run(firstSeed, Enumerable.Range(0, int.MaxValue).TakeWhile(_ => Stopwatch.GetElapsedTime(started) < duration));
    }

    /// <summary>Runs so many seeds, the first one named, or fewer when one has failed; null when none has.</summary>
    public string? Run(int firstSeed, int seeds) => Run(firstSeed, Enumerable.Range(0, seeds));

    private string? Run(int firstSeed, IEnumerable<int> indexes)
    {
        string? violation = null;
        Parallel.ForEach(
            indexes.TakeWhile(_ => violation is null),
            new ParallelOptions { MaxDegreeOfParallelism = Threads },
            index =>
            {
                if (Run(unchecked(firstSeed + index)) is { } found)
                {
                    violation = found;
                }
            });
        return violation;
    }

    /// <summary>One seed: null, or what is wrong and how to see it again.</summary>
    public string? Run(int seed)
    {
        Interlocked.Increment(ref _seeds);
        var random = new Random(seed);
        try
        {
            return random.Next(4) switch
            {
                0 => RunLives(seed, random),
                1 => RunScenario(seed, random),
                2 => RunEndingLives(seed, random),
                _ => RunOverload(seed),
            };
        }
        catch (Exception exception)
        {
            return Describe(seed, exception.ToString(), []);
        }
    }

    public override string ToString() => $"{_seeds} seeds, {_lives} lives, {_states} states, {_refusals} legal refusals";

    private string? RunLives(int seed, Random random)
    {
        var lives = new Lives(random);
        string? problem = lives.Run();
        Interlocked.Add(ref _states, lives.States);
        Interlocked.Add(ref _lives, lives.Count);
        return problem is null ? null : Describe(seed, problem, lives.Calls);
    }

    private string? RunEndingLives(int seed, Random random)
    {
        var lives = new EndingLives(random);
        string? problem = lives.Run();
        Interlocked.Add(ref _states, lives.States);
        Interlocked.Add(ref _lives, lives.Count);
        return problem is null ? null : Describe(seed, problem, lives.Calls);
    }

    private string? RunScenario(int seed, Random random)
    {
        Scenario scenario = Scenario.Of(
            Scenario.Orders[random.Next(Scenario.Orders.Count)],
            Scenario.Conditions[random.Next(Scenario.Conditions.Count)]);
        CrashRecorder recorder = scenario.Record(random.Next());
        foreach (CrashState state in recorder.Sample(random, StatesOfAScenario))
        {
            Interlocked.Increment(ref _states);
            if (Oracle.Examine(state) is { } problem)
            {
                return Describe(seed, $"{scenario}, {state}: {problem}", state.Point.Calls);
            }
        }

        return null;
    }

    private string? RunOverload(int seed)
    {
        var run = new OverloadRun(seed);
        string? problem = run.Run();
        Interlocked.Add(ref _states, run.States);
        Interlocked.Add(ref _refusals, run.Refusals);
        return problem is null ? null : Describe(seed, problem, run.Calls);
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
