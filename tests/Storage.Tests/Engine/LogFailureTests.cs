using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Tests.Engine;

/// <summary>A log that cannot be written stops nothing: it may be on the same disk, and memory may have run out.</summary>
public sealed class LogFailureTests
{
    /// <summary>The filer ended at the first line that it could not write, and the store was fenced for good.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Log_CannotBeWrittenWhileDocumentsAreBlocked_OthersAreFiledAndNothingIsFenced(bool isMemory)
    {
        var disk = new SimulatedFileSystem();
        using var log = new BrokenLog(isMemory);
        DocumentStore store = DocumentStore.Open(disk, JournalTest.Sealing, TimeProvider.System, log);
        Fault fault = disk.FailCall(1, Errno.EACCES, forever: true, where: JournalTest.IsTempCreation);
        await store.PutAllAsync(["a", "b", "c", "d"], "1", DurabilityLevel.Durable).SoonAsync();
        await JournalTest.UntilAsync(() => fault.Matched > 12, "they are tried again");
        Assert.Equal(StoreState.Ready, store.Status.State);

        disk.ClearFaults();
        await JournalTest.UntilAsync(() => store.Status is { PendingDocuments: 0, FilingObstacle: null }, "they are filed");
        Assert.True(log.Tried > 2);
        Assert.Equal(DurabilityLevel.Filed, (await store.PutAsync("a", "2", DurabilityLevel.Filed).SoonAsync()).Level);
        await store.DisposeAsync();
        Assert.Equal(0, disk.OpenHandles);
    }

    private sealed class BrokenLog(bool isMemory) : ILoggerFactory, ILogger
    {
        private int _tried;

        public int Tried => Volatile.Read(ref _tried);

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _tried);
#pragma warning disable CA2201 // It is the runtime's, and that is what is told here.
            throw isMemory ? new OutOfMemoryException() : new IOException("the log's disk is full");
#pragma warning restore CA2201
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
            // There is nothing to close.
        }
    }
}
