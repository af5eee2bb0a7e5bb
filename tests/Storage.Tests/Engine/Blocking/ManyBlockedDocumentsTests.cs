using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Storage.Tests.Engine.Blocking;

/// <summary>More documents are blocked than can be tried again in a moment.</summary>
public sealed class ManyBlockedDocumentsTests : IAsyncLifetime
{
    /// <summary>More than are tried again together, and more than a directory has temporary slots.</summary>
    private const int Many = 70;

    private static readonly StoreOptions Options = JournalTest.Sealing with { JournalBytes = 64 * JournalTest.SegmentBytes, BusyTimeout = TimeSpan.FromMinutes(10) };

    private readonly SimulatedFileSystem _disk = new();

    /// <summary>Each look at it takes some time, so a document that is tried again and blocked is due again at once.</summary>
    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(50) };

    private DocumentStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = DocumentStore.Open(_disk, Options, _clock, NullLoggerFactory.Instance);
        await _store.PutAsync("old", "1", DurabilityLevel.Filed).SoonAsync();
    }

    public async Task DisposeAsync()
    {
        _disk.BeforeCall = null;
        _disk.ClearFaults();
        _clock.AutoAdvanceAmount = TimeSpan.Zero; // closing has its own bounds of time
        await _store.DisposeAsync();
        Assert.Equal(0, _disk.OpenHandles);
    }

    /// <summary>Those that were due took every place in a chunk, and the delete that makes room never had its turn.</summary>
    [Fact]
    public async Task File_NoRoomForManyDocuments_DeletesAreAppliedAllTheSame()
    {
        Fault fault = _disk.FailCall(1, Errno.ENOSPC, forever: true, where: JournalTest.IsTempCreation);
        for (int n = 0; n < Many; n++)
        {
            await _store.PutAsync($"doomed{n}", "1", DurabilityLevel.Durable).SoonAsync();
        }

        await JournalTest.UntilAsync(() => fault.Matched > 3 * Many, "they are tried again and again");
        await _store.DeleteAsync("old", DurabilityLevel.Durable).SoonAsync();

        await JournalTest.UntilAsync(() => !_disk.Disk.Tree().Any(path => path.EndsWith("/old.json", StringComparison.Ordinal)), "the delete is applied");
    }

    /// <summary>Those that were due took every temporary slot of their directory; the next write into it stopped filing for all.</summary>
    [Fact]
    public async Task File_ManyBlockedInOneDirectory_OthersAreFiledBehindTheNextWriteIntoIt()
    {
        string[] stuck = [.. Enumerable.Range(0, 1_000_000).Select(n => $"s{n}").Where(id => Shard(id) == 7).Take(Many + 1)];
        string other = Enumerable.Range(0, 1000).Select(n => $"other{n}").First(id => Shard(id) != 7);
        string directory = $"/data/docs/{DocumentPath.ShardName(7)}/";
        Fault fault = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && call.Path.StartsWith(directory, StringComparison.Ordinal));
        foreach (string id in stuck[..Many])
        {
            await _store.PutAsync(id, "1", DurabilityLevel.Durable).SoonAsync();
        }

        await JournalTest.UntilAsync(() => fault.Matched > 3 * Many, "they are tried again and again");
        await _store.PutAsync(stuck[Many], "1", DurabilityLevel.Durable).SoonAsync();
        WriteResult put = await _store.PutAsync(other, "1", DurabilityLevel.Filed).SoonAsync();

        Assert.Equal(DurabilityLevel.Filed, put.Level);
        Assert.Equal("1", await _store.ReadAsync(stuck[Many]));
    }

    /// <summary>Where they take more than a segment, their records were copied again and again, as fast as the disk could.</summary>
    [Fact]
    public async Task Carry_BlockedDocumentsTakeSeveralSegmentsAndNobodyWrites_ComesToAnEnd()
    {
        await _store.DisposeAsync();
        _store = JournalTest.Open(_disk, Options with { JournalBytes = 18 * JournalTest.SegmentBytes });
        string[] stuck = [.. Enumerable.Range(0, 1_000_000).Select(n => $"s{n}").Where(id => Shard(id) == 7).Take(24)];
        string directory = $"/data/docs/{DocumentPath.ShardName(7)}/";
        Fault fault = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && call.Path.StartsWith(directory, StringComparison.Ordinal));
        using (CallGate gate = _disk.BlockCall(JournalTest.IsTempCreation))
        {
            await _store.PutAsync(stuck[0], JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync();
            await gate.Reached.SoonAsync();
            foreach (string id in stuck[1..])
            {
                await _store.PutAsync(id, JournalTest.Json(9_000), DurabilityLevel.Durable).SoonAsync();
            }
        }

        await JournalTest.UntilAsync(() => fault.Matched > 4 * stuck.Length, "all have been tried again");
        (long before, int tried) = (_store.Status.DurableThrough, fault.Matched);
        await JournalTest.UntilAsync(() => fault.Matched > tried + (2 * stuck.Length), "they are tried again, twice");
        Assert.InRange(_store.Status.DurableThrough - before, 0, stuck.Length);
    }

    /// <summary>Small ones reached the limit of unfiled operations before their part of the journal, and then all writers were refused.</summary>
    [Fact]
    public async Task Put_BlockedDocumentsAreTheirPartOfTheOperations_RefusesTheirDirectoryAlone()
    {
        await _store.DisposeAsync();
        _store = JournalTest.Open(_disk, Options with { PendingDocumentsMax = 16 * 10 });
        string[] stuck = [.. Enumerable.Range(0, 1_000_000).Select(n => $"s{n}").Where(id => Shard(id) == 7).Take(12)];
        string directory = $"/data/docs/{DocumentPath.ShardName(7)}/";
        _ = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && call.Path.StartsWith(directory, StringComparison.Ordinal));
        for (int n = 0; n < 11; n++)
        {
            await _store.PutAsync(stuck[n], "1", DurabilityLevel.Durable).SoonAsync();
        }

        await JournalTest.UntilAsync(() => _store.Status.FilingObstacle?.StartsWith("11 documents in ", StringComparison.Ordinal) == true, "all are blocked");
        await Assert.ThrowsAsync<StoreBusyException>(() => _store.PutAsync(stuck[11], "1", DurabilityLevel.Durable).SoonAsync());
        Assert.Equal(DurabilityLevel.Filed, (await _store.PutAsync("old", "2", DurabilityLevel.Filed).SoonAsync()).Level);
        Assert.Equal(StoreState.Ready, _store.Status.State);
    }

    private static int Shard(string id) => DocumentPath.Of(DocumentKey.Create(id)).Shard;
}
