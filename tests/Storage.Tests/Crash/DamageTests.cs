using DocService.Storage.Tests.Crash.Sabotages;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Crash;

/// <summary>
/// A store with filed and unfiled documents is damaged somewhere, and opened. It may refuse, and it may fail a read; it
/// never shows anything but what was acknowledged, and never silently misses it.
/// </summary>
public sealed class DamageTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_210;
    private const int Damages = 250;
    private const int SectorBytes = 512;

    private static readonly Lazy<SimulatedFileSystem> Sealed = new(MakeSealed);

    [Fact]
    public void Damage_OfOneBitOrOneSectorAnywhere_IsNeverServedAndNothingIsSilentlyMissing()
    {
        SimulatedFileSystem whole = Sealed.Value;
        var targets = whole.Disk.Tree().Where(path => !path.EndsWith('/'))
            .Select(path => (Path: path, Places: Places(whole.Disk.Read(path))))
            .Where(target => target.Places.Length > 0)
            .ToArray();
        var random = new Random(Seed);
        int told = 0;
        for (int number = 0; number < Damages; number++)
        {
            var (path, places) = targets[random.Next(targets.Length)];
            int place = places[random.Next(places.Length)];
            SimulatedFileSystem damaged = whole.Kill();
            if (random.Next(2) == 0)
            {
                damaged.Disk.FlipBit(path, place, random.Next(8));
            }
            else
            {
                // A sector that was never written, or somebody else's.
                byte[] sector = new byte[SectorBytes];
                random.NextBytes(random.Next(2) == 0 ? sector : []);
                int start = place / SectorBytes * SectorBytes;
                damaged.Disk.Overwrite(path, start, sector.AsSpan(0, Math.Min(SectorBytes, damaged.Disk.Read(path).Length - start)));
            }

            bool isTold = OpenAndRead(damaged, $"seed {Seed}, damage {number} of {path} at {place}");
            told += isTold ? 1 : 0;
        }

        output.WriteLine($"{Damages} damages in {targets.Length} files, {told} told, the others harmless");
        Assert.True(told > Damages / 4, $"only {told} damages were noticed");
    }

    [Fact]
    public void Damage_EachFileGone_IsNeverServedAndNothingUnfiledIsSilentlyMissing()
    {
        SimulatedFileSystem whole = Sealed.Value;

        // A document file that is gone cannot be told from a deleted document: docs/durability.md says so.
        foreach (string path in whole.Disk.Tree().Where(path => !path.EndsWith('/') && path != Scene.FileOf(Scene.Old)))
        {
            SimulatedFileSystem damaged = whole.Kill();
            damaged.Disk.Remove(path);
            OpenAndRead(damaged, $"{path} is gone");
        }
    }

    [Fact]
    public void Damage_TwoFilesOfTheJournalOrTwoDocumentsChangePlaces_IsNeverServed()
    {
        SimulatedFileSystem whole = Sealed.Value;
        string[] journal = [.. whole.Disk.Tree().Where(path => path.StartsWith($"{SabotageTests.Journal}/", StringComparison.Ordinal) && !path.EndsWith('/'))];
        foreach (string path in journal)
        {
            foreach (string other in journal.Where(other => string.CompareOrdinal(path, other) < 0))
            {
                SimulatedFileSystem damaged = whole.Kill();
                damaged.Disk.Swap(path, other);
                OpenAndRead(damaged, $"{path} and {other} have changed places");
            }
        }

        SimulatedFileSystem swapped = whole.Kill();
        swapped.Disk.Swap(Scene.FileOf(Scene.Old), Scene.FileOf(Scene.FarOld));
        Assert.True(OpenAndRead(swapped, "documents have changed places"));
    }

    /// <summary>An older copy of a file of the journal comes back under its name, or a copy of today's under another.</summary>
    [Fact]
    public void Damage_CopiesOfSegments_AreNeverServed()
    {
        SimulatedFileSystem whole = Sealed.Value;
        SimulatedFileSystem earlier = Scene.Prepared();
        foreach (string old in earlier.Disk.Tree().Where(path => path.EndsWith(".journal", StringComparison.Ordinal)))
        {
            SimulatedFileSystem damaged = whole.Kill();
            damaged.Disk.Write(old, earlier.Disk.Read(old));
            OpenAndRead(damaged, $"{old} of an earlier time came back");
        }

        foreach (string segment in whole.Disk.Tree().Where(path => path.EndsWith(".journal", StringComparison.Ordinal)))
        {
            foreach (int number in (int[])[0, 1, 9, 99_999_999])
            {
                string copy = $"{SabotageTests.Journal}/{number:00000000}.journal";
                if (whole.Disk.TryRead(copy) is null)
                {
                    SimulatedFileSystem damaged = whole.Kill();
                    damaged.Disk.Write(copy, whole.Disk.Read(segment));
                    OpenAndRead(damaged, $"{segment} stands there as {copy} too");
                }
            }
        }
    }

    /// <summary>While the journal holds a newer version, the file does not matter.</summary>
    [Fact]
    public void Damage_OlderCopyOfAnUnfiledDocument_IsNotServed()
    {
        SimulatedFileSystem earlier = Scene.Prepared();
        SimulatedFileSystem damaged = Sealed.Value.Kill();
        damaged.Disk.Write(Scene.FileOf(Scene.FarOld), earlier.Disk.Read(Scene.FileOf(Scene.FarOld)));

        Assert.False(OpenAndRead(damaged, "an older copy came back"));
    }

    /// <summary>Whether the damage was told: the opening or a read failed. What was read must be what was acknowledged.</summary>
    private static bool OpenAndRead(SimulatedFileSystem damaged, string what)
    {
        damaged.Log.KeepsCalls = false;
        bool isTold = false;
        try
        {
            SimulatedProcess.Run(damaged, async scheduler =>
            {
                await using DocumentStore store = Scene.Open(damaged, scheduler);
                var w = new Workload(damaged, store) { Scheduler = scheduler };
                foreach (string id in Scene.Ids)
                {
                    isTold |= await w.ReadAsync(id) is not null;
                }
            });
        }
        catch (StoreException)
        {
            isTold = true;
        }

        string? problem = new Ledger(damaged.Log.Marks()).Violation;
        Assert.True(problem is null, $"{what}: {problem}");
        return isTold;
    }

    /// <summary>Where something stands: damage to a gap is none.</summary>
    private static int[] Places(byte[] content) => [.. Enumerable.Range(0, content.Length).Where(offset => content[offset] != 0)];

    /// <summary>Killed with one document in its file alone and three changed in the journal alone; a seal tells that those are durable.</summary>
    private static SimulatedFileSystem MakeSealed()
    {
        SimulatedFileSystem disk = Scene.Prepared();
        SimulatedFileSystem? killed = null;
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            await new Workload(disk, store) { Scheduler = scheduler }.PutBothAsync(Scene.Old, Scene.New);
            using CallGate filing = disk.BlockCall(call => call.Kind == CallKind.Create && call.Name.StartsWith(".tmp-", StringComparison.Ordinal));
            var w = new Workload(disk, store) { Level = DurabilityLevel.Durable, Scheduler = scheduler };
            await w.PutAndDeleteAsync(Scene.FarNew, Scene.New);
            await w.PutAsync(Scene.FarOld, Workload.LargeBytes);

            // The last thing asked for: once its own record is synced, the seal behind it is what tells of it.
            long last = store.Status.DurableThrough + 1;
            using CallGate behindTheSeal = disk.BlockCall(call => call.Kind == CallKind.SyncData && store.Status.DurableThrough == last);
            await w.PutAsync(Scene.FarNew);
            await w.UntilAsync(() => behindTheSeal.IsReached, "the seal is synced");
            killed = disk.Kill();
        });
        return killed!;
    }
}
