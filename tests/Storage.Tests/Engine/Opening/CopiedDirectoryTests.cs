using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Opening;

/// <summary>
/// A copy of a data directory, file by file, starts as a store of its own and says so. That it was made while files
/// changed cannot be seen in it; that the original was not stopped can.
/// </summary>
public sealed class CopiedDirectoryTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Open_CopyOnTheRealFilesystem_IsAStoreOfItsOwn(bool isStopped)
    {
        string original = _directory.Combine("original");
        string copy = _directory.Combine("copy");
        DocumentStore store = TestDocuments.Open(original);
        Guid id = store.Status.StoreId;
        long version = (await store.PutAsync("a", "1")).Sequence;
        if (isStopped)
        {
            await store.DisposeAsync();
        }

        Copy(original, copy);
        await store.DisposeAsync();

        await using (DocumentStore copied = TestDocuments.Open(copy))
        {
            RecoveryReport recovery = copied.Status.Recovery!;
            Assert.Equal((true, isStopped), (recovery.IsCopy, recovery.WasCleanStop));
            Assert.NotEqual(id, copied.Status.StoreId);
            Assert.Equal("1", await copied.ReadAsync("a"));
            Assert.True((await copied.PutAsync("a", "2")).Sequence > version + (1L << 32));
            id = copied.Status.StoreId;
        }

        await using DocumentStore again = TestDocuments.Open(copy);
        Assert.False(again.Status.Recovery!.IsCopy);
        Assert.Equal(id, again.Status.StoreId);
        Assert.Equal("2", await again.ReadAsync("a"));
    }

    [Fact]
    public async Task Open_DirectoryWithAnotherName_IsTheSameStore()
    {
        await TestDocuments.Open(_directory.Combine("before")).DisposeAsync();
        Directory.Move(_directory.Combine("before"), _directory.Combine("after"));

        await using DocumentStore moved = TestDocuments.Open(_directory.Combine("after"));

        Assert.False(moved.Status.Recovery!.IsCopy);
    }

    /// <summary>The id in FORMAT and the one in the newest segment change one after the other: a cut between them must do no harm.</summary>
    [Fact]
    public async Task Open_CopyCutAtEachCall_KeepsEverythingUnderVersionsOfItsOwn()
    {
        SimulatedFileSystem copy = CopyOf(await UnfiledAsync());
        CrashRecorder recorder = copy.StartRecording();
        await JournalTest.Open(copy).DisposeAsync();
        int states = 0;
        foreach (CrashState state in recorder.States(seed: 23, budget: 3))
        {
            SimulatedFileSystem left = state.Open();
            Guid id;
            await using (DocumentStore store = JournalTest.Open(left))
            {
                Assert.True(store.Status.State == StoreState.Ready, $"{state}: {store.Status.Reason}");
                Assert.Equal("\"a\"", await store.ReadAsync("a"));
                Assert.Equal("\"b\"", await store.ReadAsync("b"));
                Assert.True((await store.PutAsync("c", "1", DurabilityLevel.Durable)).Sequence > 1L << 32, $"{state}");
                id = store.Status.StoreId;
            }

            await using DocumentStore again = JournalTest.Open(left);
            Assert.Equal((id, false), (again.Status.StoreId, again.Status.Recovery!.IsCopy));
            states++;
        }

        Assert.True(states > 20, $"{states} states");
    }

    /// <summary>What a copy left unfiled stays in segments of the id before, until it is filed.</summary>
    [Fact]
    public async Task Open_CopyKilledBeforeItFiledAnything_StillHasTheSegmentsOfTheIdBefore()
    {
        SimulatedFileSystem disk = CopyOf(await UnfiledAsync(seal: true));
        for (int opening = 0; opening < 3; opening++)
        {
            _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
            DocumentStore store = JournalTest.Open(disk);
            Assert.Equal("\"a\"", await store.ReadAsync("a"));
            Assert.Equal("\"b\"", await store.ReadAsync("b"));
            Assert.Equal(opening == 0, store.Status.Recovery!.IsCopy);
            SimulatedFileSystem killed = disk.Kill();
            disk.ClearFaults();
            await store.DisposeAsync();
            disk = killed;
        }
    }

    private static async Task<SimulatedFileSystem> UnfiledAsync(bool seal = false)
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: JournalTest.IsTempCreation);
        await store.PutAsync("a", "\"a\"", DurabilityLevel.Durable);
        await store.PutAsync("b", "\"b\"", DurabilityLevel.Durable);
        if (seal)
        {
            await store.PutAsync("c", JournalTest.Json(20_000), DurabilityLevel.Durable);
        }

        SimulatedFileSystem killed = disk.Kill();
        disk.ClearFaults();
        await store.DisposeAsync();
        return killed;
    }

    /// <summary>The same files in directories of other inodes.</summary>
    private static SimulatedFileSystem CopyOf(SimulatedFileSystem disk)
    {
        var copy = new SimulatedFileSystem();
        copy.Disk.CreateDirectory("/taken");
        foreach (string path in disk.Disk.Tree())
        {
            if (path.EndsWith('/'))
            {
                copy.Disk.CreateDirectory(path.TrimEnd('/'));
            }
            else
            {
                copy.Disk.Write(path, disk.Disk.Read(path));
            }
        }

        return copy;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, directory)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("/LOCK", StringComparison.Ordinal)))
        {
            File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file)));
        }
    }
}
