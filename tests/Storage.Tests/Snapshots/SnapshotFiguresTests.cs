using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Tests.Support.Simulation.Faults;

namespace DocService.Storage.Tests.Snapshots;

/// <summary>What the metrics tell of snapshots: those that are there, the newest one's age, how long the last took, and those that were given up.</summary>
public sealed class SnapshotFiguresTests : IDisposable
{
    private readonly SimulatedFileSystem _disk = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _figures = new();
    private int _opener; // the thread that opens: other tests have stores with the same instruments

    public SnapshotFiguresTests()
    {
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("docservice.snapshots", StringComparison.Ordinal) && _opener == Environment.CurrentManagedThreadId)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _figures[instrument.Name] = value);
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _figures[instrument.Name] = value);
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _figures[instrument.Name] = value);
        _listener.Start();
    }

    [Fact]
    public async Task Figures_TellOfWhatWasTakenAndDeleted_AlsoAfterAStart()
    {
        await using (DocumentStore store = Open())
        {
            Assert.Equal((0, 0, null, null), Read());
            await store.Snapshots.TakeAsync("one").SoonAsync();
            await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
            await store.Snapshots.TakeAsync("two").SoonAsync();
            (double count, double failed, double? age, double? duration) = Read();
            Assert.Equal((2, 0), (count, failed));
            Assert.InRange(age!.Value, 0, 3600);
            Assert.InRange(duration!.Value, double.Epsilon, 3600);
            store.Snapshots.Delete("one");
            Assert.Equal(1, Read().Count);
        }

        await using (DocumentStore again = Open())
        {
            (double count, _, double? age, double? duration) = Read();
            Assert.Equal((1, true, null), (count, age >= 0, duration));
            again.Snapshots.Delete("two");
            Assert.Equal((0, 0, null, null), Read());
        }
    }

    /// <summary>The disk is full when the files are linked: nothing of the snapshot stays, and the store goes on.</summary>
    [Theory]
    [InlineData(nameof(Errno.ENOSPC))]
    [InlineData(nameof(Errno.EDQUOT))]
    public async Task Full_WhileFilesAreLinked_ItIsGivenUpAndCounted(string name)
    {
        await using DocumentStore store = Open();
        await store.PutAsync("a", "1", DurabilityLevel.Filed).SoonAsync();
        await store.Snapshots.TakeAsync("one").SoonAsync();
        _ = _disk.FailCall(1, Enum.Parse<Errno>(name), forever: true, where: static call => call.Kind == CallKind.Link);
        await Assert.ThrowsAsync<OutOfSpaceException>(() => store.Snapshots.TakeAsync("two").SoonAsync());
        Assert.Equal((1, 1), (Read().Count, Read().Failed));
        await JournalTest.UntilAsync(() => !_disk.Disk.Tree().Any(static path => path.StartsWith($"{SnapshotPlaces.Folder}/.", StringComparison.Ordinal)), "the draft is removed");
        await store.PutAsync("b", "2", DurabilityLevel.Filed).SoonAsync();
        Assert.Equal("one", Assert.Single(store.Snapshots.List().Snapshots).Name);
        Assert.Equal(StoreState.Ready, store.Status.State);
        _disk.ClearFaults();
        await store.Snapshots.TakeAsync("two").SoonAsync();
        Assert.Equal((2, 1), (Read().Count, Read().Failed));
    }

    public void Dispose() => _listener.Dispose();

    private DocumentStore Open()
    {
        _opener = Environment.CurrentManagedThreadId;
        DocumentStore store = JournalTest.Open(_disk, JournalTest.Sealing);
        _opener = 0;
        return store;
    }

    private (double Count, double Failed, double? Age, double? Duration) Read()
    {
        _figures.Clear();
        _listener.RecordObservableInstruments();
        return (_figures["docservice.snapshots"], _figures["docservice.snapshots.failed"], Find("age"), Find("duration"));
    }

    private double? Find(string name) => _figures.TryGetValue($"docservice.snapshots.{name}", out double value) ? value : null;
}
