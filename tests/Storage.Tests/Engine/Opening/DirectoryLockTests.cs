using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Opening;

public sealed class DirectoryLockTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>A second process made a LOCK of its own and wrote to the same journal.</summary>
    [Fact]
    public async Task Open_LockFileRemovedUnderARunningStore_IsRefusedAllTheSame()
    {
        await using (DocumentStore store = TestDocuments.Open(_directory.Path))
        {
            File.Delete(_directory.Combine("LOCK"));
            _ = Assert.Throws<StoreInUseException>(() => TestDocuments.Open(_directory.Path));
            _ = Assert.Throws<StoreInUseException>(() => StoreSalvage.Run(TestDocuments.SmallOptions(_directory.Path), TimeProvider.System));
        }

        await TestDocuments.Open(_directory.Path).DisposeAsync();
    }

    /// <summary>What a network filesystem says of a lock on a directory.</summary>
    [Theory]
    [InlineData(nameof(Errno.EBADF))]
    [InlineData(nameof(Errno.EOPNOTSUPP))]
    public async Task Open_DirectoryThatCannotBeLocked_RestsOnTheFile(string error)
    {
        var disk = new SimulatedFileSystem();
        _ = disk.FailCall(1, Enum.Parse<Errno>(error), forever: true, where: call => call is { Kind: CallKind.Lock, Name: "" });

        await using DocumentStore store = JournalTest.Open(disk);

        _ = Assert.Throws<StoreInUseException>(() => JournalTest.Open(disk));
    }

    /// <summary>A parent with mode 0711 refused the start of a directory that somebody had made for the server.</summary>
    [Fact]
    public async Task Open_ParentMayNotBeRead_IsARemark()
    {
        (SimulatedFileSystem disk, _) = await JournalTest.FreshAsync();
        _ = disk.FailCall(1, Errno.EACCES, forever: true, where: call => call is { Kind: CallKind.OpenDirectory, Path: "/" });

        await using DocumentStore store = JournalTest.Open(disk);

        Assert.Equal(StoreState.Ready, store.Status.State);
        Assert.Contains("/ may not be read", store.Status.PromiseRemark!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_MemoryRunsOut_IsOneLineAndChangesNothing()
    {
        SimulatedFileSystem disk = await JournalTest.DiskWithAsync(id => new SegmentForge(id, 1).Put(1, "a", 0).Put(2, "b", 0));
        IReadOnlyList<string> before = disk.Disk.Tree();
#pragma warning disable CA2201 // What the runtime throws is what is meant.
        disk.BeforeCall = call => _ = call is { Kind: CallKind.Read, Name: "00000001.journal" } ? throw new OutOfMemoryException() : 0;
#pragma warning restore CA2201

        StoreConfigurationException error = Assert.Throws<StoreConfigurationException>(() => JournalTest.Open(disk));

        Assert.Contains("not enough memory", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, disk.Disk.Tree());
        Assert.Equal(0, disk.OpenHandles);
        disk.BeforeCall = null;
        await using DocumentStore store = JournalTest.Open(disk);
        Assert.Equal("{\"v\":2}", await store.ReadAsync("b"));
    }
}
