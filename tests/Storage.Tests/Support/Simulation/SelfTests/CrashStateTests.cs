using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

/// <summary>What a power cut leaves of files that were written, and how states are chosen.</summary>
public sealed class CrashStateTests
{
    private const int Seed = 20_260_101;

    [Fact]
    public void Write_Unsynced_MayBeLostOrTornAtSectors()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(1024, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(1024, 'n'), 0);

        string[] outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file");

        string old = new('o', 512);
        string updated = new('n', 512);
        Assert.Superset(new HashSet<string> { old + old, old + updated, updated + old, updated + updated }, outcomes.ToHashSet());
        Assert.Contains(new string('\0', 512) + updated, outcomes);
    }

    [Fact]
    public void Write_Torn_NeverWithinASector()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(512, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(100, '1'), 0);
        file.Write(SimulationTest.Filled(100, '2'), 100);

        var outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file").Where(text => text.All(letter => letter is 'o' or '1' or '2'));

        // The page cache hands out whole sectors: the second write cannot arrive without the first.
        string ones = new('1', 100);
        Assert.Equal(
            [ones + new string('2', 100) + new string('o', 312), ones + new string('o', 412), new string('o', 512)],
            outcomes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_Synced_IsKeptInEveryState(bool dataOnly)
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", []);
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(10_000, 'n'), 0);
        (dataOnly ? (Action)file.SyncData : file.Sync)();

        CrashState only = Assert.Single(disk.CrashNow().States(Seed));

        Assert.Equal(new string('n', 10_000), only.Text("/a/file"));
    }

    [Fact]
    public void Write_ClosedOrHinted_IsNotDurable()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "old"u8);
        using IDirectory directory = disk.Open();
        using (IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!)
        {
            file.Write("new"u8, 0);
            directory.WriteBackVolume();
        }

        Assert.Equal("old", disk.CrashNow().Nothing().Text("/a/file"));
        Assert.Equal("new", disk.CrashNow().Everything().Text("/a/file"));
    }

    [Fact]
    public void Append_Unsynced_MayGrowWithoutItsBytes()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(512, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(512, 'n'), 512);

        string[] outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file");

        string old = new('o', 512);
        Assert.Superset(new HashSet<string> { old, old + new string('n', 512), old + new string('\0', 512) }, outcomes.ToHashSet());
        Assert.Contains(outcomes, text => text.Length == 1024 && text.StartsWith(old, StringComparison.Ordinal) && !text.EndsWith('n') && !text.EndsWith('\0'));
    }

    [Fact]
    public void Write_BesideSyncedBytesOfTheSameBlock_MaySpoilThem()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", SimulationTest.Filled(8192, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(512, 'n'), 1024);

        string[] outcomes = disk.CrashNow().States(Seed).Outcomes("/a/file");

        Assert.Contains(outcomes, text => !text.StartsWith('o'));
        Assert.All(outcomes, text => Assert.EndsWith(new string('o', 4096), text, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_OverARemovedFilesPlace_MayShowItsBytes()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/removed", SimulationTest.Filled(1024, 's'));
        using IDirectory directory = disk.Open();
        Assert.True(directory.TryUnlink("removed"));
        directory.Put("file", new string('n', 1024));
        directory.Sync();

        Assert.Contains(new string('s', 1024), disk.CrashNow().States(Seed).Outcomes("/a/file"));
    }

    [Fact]
    public void Kill_UnsyncedChanges_AreThereAndStillNotDurable()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/document", "old"u8);
        IDirectory directory = disk.Open();
        directory.Put(".tmp-0", "new", sync: true);
        directory.Rename(".tmp-0", directory, "document");
        Assert.NotNull(directory.TryLock("LOCK"));
        disk.Mark("before the kill");

        SimulatedFileSystem restarted = disk.Kill();

        Assert.Equal("new"u8, restarted.Disk.Read("/a/document"));
        Assert.Equal(["new", "old"], restarted.CrashNow().States(Seed).Outcomes("/a/document"));
        Assert.Equal(["before the kill"], restarted.CrashNow().Marks);
        using IDirectory again = restarted.Open();
        using IDisposable? free = again.TryLock("LOCK");
        Assert.NotNull(free);
    }

    [Fact]
    public void States_ManySectors_StopAtTheBudgetAndDiffer()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        using IDirectory directory = disk.Open();
        directory.Put("file", new string('n', 64 * 1024));

        var states = disk.CrashNow().States(Seed, 300).ToList();

        Assert.Equal(300, states.Count);
        Assert.Equal(300, states.Select(state => state.Hash).Distinct().Count());
    }

    [Fact]
    public void States_WithoutBudget_HoldEveryPrefixEachAloneAndAllButOne()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        const int Sectors = 12;
        disk.Disk.Write("/a/file", SimulationTest.Filled(Sectors * 512, 'o'));
        using IDirectory directory = disk.Open();
        using IFile file = directory.TryOpen("file", FileAccess.ReadWrite)!;
        file.Write(SimulationTest.Filled(Sectors * 512, 'n'), 0);

        var seen = disk.CrashNow().States(Seed).Outcomes("/a/file")
            .Select(text => string.Concat(Enumerable.Range(0, Sectors).Select(sector => text[sector * 512]))).ToHashSet();

        for (int sector = 0; sector < Sectors; sector++)
        {
            Assert.Contains(new string('n', sector) + new string('o', Sectors - sector), seen);
            Assert.Contains(new string('o', sector) + "n" + new string('o', Sectors - sector - 1), seen);
            Assert.Contains(new string('n', sector) + "o" + new string('n', Sectors - sector - 1), seen);
        }
    }

    [Fact]
    public void States_SameSeed_AreTheSame()
    {
        static UInt128[] Hashes(int seed)
        {
            SimulatedFileSystem disk = SimulationTest.Disk();
            using IDirectory directory = disk.Open();
            directory.Put("one", new string('n', 6000));
            directory.Put("two", new string('m', 6000));
            return [.. disk.CrashNow().States(seed, 100).Select(state => state.Hash)];
        }

        Assert.Equal(Hashes(Seed), Hashes(Seed));
        Assert.NotEqual(Hashes(Seed), Hashes(Seed + 1));
    }

    [Fact]
    public void States_NothingUnsynced_AreOne()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        disk.Disk.Write("/a/file", "x"u8);

        CrashState only = Assert.Single(disk.CrashNow().States(Seed));

        Assert.Equal(disk.Disk.Tree(), only.Open().Disk.DurableTree());
    }

    [Fact]
    public void State_Opened_IsIndependentEachTime()
    {
        SimulatedFileSystem disk = SimulationTest.Disk();
        CrashState state = disk.CrashNow().Nothing();

        state.Open().Disk.Write("/a/file", "x"u8);

        Assert.Null(state.Text("/a/file"));
        Assert.Null(disk.Disk.TryRead("/a/file"));
    }
}
