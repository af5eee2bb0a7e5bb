using System.Collections.Concurrent;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>Examines all states of a recorded run, within a budget for each point.</summary>
internal static class Campaign
{
    private const int Threads = 2;

    /// <summary>Every so many states the opening itself is cut too.</summary>
    private const int OpeningEvery = 32;

    /// <param name="name">For messages.</param>
    /// <param name="states">What to examine; enumerated once.</param>
    /// <param name="seed">With the state's description it names the state.</param>
    /// <param name="stopAtFirst">A violation is what is looked for; one is enough.</param>
    public static Report Run(string name, IEnumerable<CrashState> states, int seed, bool stopAtFirst = false)
    {
        var violations = new ConcurrentQueue<string>();
        int examined = 0;
        int openings = 0;
        using var found = new CancellationTokenSource();
        try
        {
            Parallel.ForEach(
                states.Select((state, index) => (state, index)),
                new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = found.Token },
                item =>
                {
                    var (state, index) = item;
                    Interlocked.Increment(ref examined);
                    string? problem = Oracle.Examine(state);
                    if (problem is null && !stopAtFirst && index % OpeningEvery == 0)
                    {
                        Interlocked.Increment(ref openings);
                        problem = Oracle.ExamineOpening(state, unchecked(seed + index));
                    }

                    if (problem is not null)
                    {
                        violations.Enqueue($"{name}, seed {seed}, {state}: {problem}");
                        if (stopAtFirst)
                        {
                            found.Cancel();
                        }
                    }
                });
        }
        catch (OperationCanceledException) when (stopAtFirst)
        {
            // One violation was enough.
        }

        return new Report(examined, openings, [.. violations.Order(StringComparer.Ordinal)]);
    }

    /// <param name="States">Examined.</param>
    /// <param name="Openings">Of them, with the opening cut too.</param>
    /// <param name="Violations">Each with its replay line.</param>
    internal sealed record Report(int States, int Openings, IReadOnlyList<string> Violations)
    {
        /// <summary>Fails with the replay lines of the first violations, and where so little was examined that the run proves nothing.</summary>
        public void AssertNone(int statesMin)
        {
            Assert.True(Violations.Count == 0, string.Join('\n', Violations.Take(5)));
            Assert.True(States >= statesMin, $"only {States} states");
        }

        public override string ToString() => $"{States} states, {Openings} with the opening cut, {Violations.Count} violations";
    }
}
