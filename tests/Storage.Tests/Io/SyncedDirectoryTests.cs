using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Io;

/// <summary>A failed sync is reported once by the kernel; everybody whose changes it covered must learn of it.</summary>
public sealed class SyncedDirectoryTests
{
    private readonly SimulatedFileSystem _disk = new();

    [Theory]
    [InlineData((int)Errno.EIO)]
    [InlineData((int)Errno.ENOSPC)]
    [InlineData((int)Errno.ENOMEM)]
    public void Sync_AfterOneThatFailed_FailsWithoutAskingAgain(int error)
    {
        using SyncedDirectory directory = Root();
        Fault fault = _disk.FailCall(1, (Errno)error, where: call => call.IsSync);

        FileSystemException first = Assert.Throws<FileSystemException>(directory.Sync);
        FileSystemException second = Assert.Throws<FileSystemException>(directory.Sync);

        Assert.Equal(1, fault.Matched);
        Assert.All([first, second], failure => Assert.Equal((SystemCall.SyncDirectory, (Errno)error), (failure.Call, failure.Error)));
        Assert.All([first, second], failure => Assert.False(failure.IsOutOfSpace || failure.IsOutOfHandles, "its effect is not known to be nothing"));
    }

    /// <summary>The second sync returned 0 although the first had taken the error of its changes with it.</summary>
    [Fact]
    public async Task Sync_WhileOneIsUnderWayThatFails_FailsToo()
    {
        using SyncedDirectory directory = Root();
        _ = _disk.FailCall(1, Errno.EIO, where: call => call.IsSync);
        using CallGate gate = _disk.BlockCall(call => call.IsSync);
        var first = Task.Run(directory.Sync);
        await gate.Reached;
        using (IFile file = directory.Entries.Create("covered by the first"))
        {
        }

        Exception? failure = null;
        var second = new Thread(() => failure = Record.Exception(directory.Sync));
        second.Start();
        Assert.True(SpinWait.SpinUntil(() => second.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !second.IsAlive, TimeSpan.FromMinutes(2)));
        gate.Release();
        second.Join();

        await Assert.ThrowsAsync<FileSystemException>(() => first);
        Assert.IsType<FileSystemException>(failure);
    }

    private SyncedDirectory Root() => new(_disk.TryOpenDirectory("/")!, new SystemThreads(TimeProvider.System));
}
