using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>Starts the real store on what a power cut or a kill has left, and says what it should not have lost or shown.</summary>
/// <remarks>
/// Thread: any; an examination has everything to itself.
/// On failure: whatever is wrong is the result, in words; null means that all promises were kept.
/// </remarks>
internal static class Oracle
{
    // Cuts inside one opening: the first calls change the most, later ones are sampled.
    private const int EarlyPoints = 16;
    private const int CutsInOpening = 4;

    /// <summary>
    /// Opens, reads everything, writes once more, cuts the power with nothing unsynced kept, opens again and reads
    /// everything: what the first opening showed and the write it acknowledged must be there.
    /// </summary>
    public static string? Examine(CrashState state)
    {
        var notes = state.Point.Marks;

        // By what the seed has chosen, and nothing that is random: the bytes are, for the salt of each segment is.
        int choice = state.Point.Number + state.Description.Sum(static letter => letter);
        return Examine(state.Open(), notes, Scene.Ids[choice % Scene.Ids.Count]);
    }

    /// <summary>As the other, on a disk that is about to be opened; without a document to write, opens once and reads.</summary>
    public static string? Examine(SimulatedFileSystem disk, IEnumerable<object> notes, string? written)
    {
        Scene.Continue(disk, [.. notes, new Note.Restarted()]);
        string? problem = Use(disk, written);
        if (problem is not null || written is null)
        {
            return problem;
        }

        // Nothing unsynced is kept, so what is there now was durable when it was shown.
        SimulatedFileSystem again = Scene.Continue(disk.CrashNow().Nothing().Open(), [.. disk.Log.Marks(), new Note.Restarted()]);
        problem = Use(again, null);
        return problem is null ? null : $"after one more write and power cut: {problem}";
    }

    /// <summary>Cuts the power inside the opening of this state: every opening after that shows the same documents.</summary>
    public static string? ExamineOpening(CrashState state, int seed)
    {
        SimulatedFileSystem disk = Scene.Continue(state.Open(), [.. state.Point.Marks, new Note.Restarted()]);
        CrashRecorder recorder = disk.StartRecording();
        if (Use(disk, null) is { } problem)
        {
            return problem;
        }

        // What the undisturbed opening showed is what the disturbed ones must show; but a first start that is cut off
        // is another store's when it is done again.
        var known = state.Point.Marks;
        var notes = disk.Log.Marks().Where(note => note is not Note.Opened || known.Contains(note)).ToList();
        var random = new Random(seed);
        var points = recorder.Points();
        var seen = new HashSet<UInt128>();
        for (int cut = 0; cut < CutsInOpening; cut++)
        {
            int index = random.Next(cut % 2 == 0 ? Math.Min(EarlyPoints, points.Count) : points.Count);
            foreach (CrashState inside in points[index].States(seed, budget: 2, seen))
            {
                problem = Use(Scene.Continue(inside.Open(), [.. notes, new Note.Restarted()]), null);
                if (problem is not null)
                {
                    return $"cut inside the opening ({inside}): {problem}";
                }
            }
        }

        return null;
    }

    private static string? Use(SimulatedFileSystem disk, string? written)
    {
        disk.Log.KeepsCalls = false;
        try
        {
            SimulatedProcess.Run(disk, SchedulePolicy.Calm(new Random(0)), async scheduler =>
            {
                await using DocumentStore store = Scene.Open(disk, scheduler);
                var workload = new Workload(disk, store) { Scheduler = scheduler };
                await workload.ReadAllAsync();
                if (written is not null)
                {
                    await workload.PutAsync(written);
                    await workload.ReadAsync(written);
                }
            });
        }
        catch (StoreException exception)
        {
            return $"opening failed with {exception.GetType().Name}: {exception.Message}";
        }

        // Looked for after closing: while the store is open its own threads have temporary files.
        if (Leftovers(disk) is { } leftover)
        {
            return $"{leftover} was left after opening and closing";
        }

        return disk.OpenHandles > 0
            ? $"{disk.OpenHandles} handles were left open"
            : new Ledger(disk.Log.Marks()).Violation;
    }

    private static string? Leftovers(SimulatedFileSystem disk) =>
        disk.Disk.Tree().FirstOrDefault(path => path.Contains("/.tmp-", StringComparison.Ordinal) || path.EndsWith(".tmp", StringComparison.Ordinal));
}
