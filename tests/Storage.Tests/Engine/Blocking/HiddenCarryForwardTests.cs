using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Blocking;

/// <summary>Hidden documents are carried forward as others are: one that could not be filed kept the whole journal.</summary>
public sealed class HiddenCarryForwardTests : IAsyncLifetime
{
    private const string Trigger = "trigger";

    private static readonly DocumentKey Hidden = Enumerable.Range(0, 1000).Select(n => DocumentKey.CreateHidden($"keys/{n}")).First(key => Shard(key) != Shard(DocumentKey.Create(Trigger)));

    private readonly SimulatedFileSystem _disk = new();
    private Fault _fault = null!;
    private DocumentStore _store = null!;

    /// <summary>A rule writes the hidden document, whose directory takes nothing, with each write of another one.</summary>
    public Task InitializeAsync()
    {
        string directory = $"/data/docs/{DocumentPath.ShardName(Shard(Hidden))}/";
        _fault = _disk.FailCall(1, Errno.EACCES, forever: true, where: call => call.Kind == CallKind.Create && call.Path.StartsWith(directory, StringComparison.Ordinal));
        _store = JournalTest.Open(_disk, JournalTest.Options, new TestRule
        {
            Commit = draft =>
            {
                if (draft.Operations.Select(one => one.Operation).OfType<PutOperation>().FirstOrDefault(put => put.Key.Id == Trigger) is { } put)
                {
                    draft.Add(new PutOperation(Hidden, TestDocuments.Content($"{put.Content.Body.Length}"), default));
                }
            },
        });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _disk.ClearFaults();
        await _store.DisposeAsync();
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Fact]
    public async Task Carry_HiddenDocument_JournalTurnsOverAndTheVersionStays()
    {
        long version = (await _store.PutAsync(Trigger, "1", DurabilityLevel.Durable).SoonAsync()).Sequence;
        for (int n = 0; n < 400 && _store.Status.FiledThrough <= version; n++)
        {
            await WriteOneAsync(n);
        }

        await JournalTest.UntilAsync(() => _store.Status.FiledThrough > version, "the journal lets go of what is filed");
        await AssertHasAsync(_store, version, 1);
        await using DocumentStore reopened = JournalTest.Open(_disk.Kill());
        await AssertHasAsync(reopened, version, 1);
    }

    /// <summary>Without its lock, the copy of a version could come behind the next version that a rule wrote, and a start took it for the newest.</summary>
    [Fact]
    public async Task Carry_WhileARuleWritesTheHiddenDocument_TheCopyNeverComesBehindTheNewerVersion()
    {
        await _store.PutAsync(Trigger, "1", DurabilityLevel.Durable).SoonAsync();
        for (int n = 0; n < 6; n++)
        {
            await WriteOneAsync(n); // to the last two blocks of the segment
        }

        using CallGate gate = _disk.BlockCall(JournalTest.IsGroupSync);
        Task<WriteResult> put = _store.PutAsync(Trigger, JournalTest.Json(14_000), DurabilityLevel.Durable);
        await gate.Reached.SoonAsync();
        int tried = _fault.Matched;
        await JournalTest.UntilAsync(() => _fault.Matched >= tried + 2, "the hidden document could have been carried");
        gate.Release();
        long version = (await put.SoonAsync()).Sequence;
        await WriteOneAsync(0);

        await AssertHasAsync(_store, version, 14_000);
        await using DocumentStore reopened = JournalTest.Open(_disk.Kill());
        await AssertHasAsync(reopened, version, 14_000);
    }

    private Task<WriteResult> WriteOneAsync(int n)
    {
        string id = Enumerable.Range(0, 1000).Select(k => $"other{n % 20}-{k}").First(id => Shard(DocumentKey.Create(id)) != Shard(Hidden));
        return _store.PutAsync(id, JournalTest.Json(6_000), DurabilityLevel.Filed).SoonAsync();
    }

    private static async Task AssertHasAsync(DocumentStore store, long version, int content)
    {
        using StoredDocument document = (await store.ReadAsync(Hidden, null, default))!;
        Assert.Equal((version, $"{content}"), (document.Info.Version, JournalTest.Text(document.Body)));
    }

    private static int Shard(DocumentKey key) => DocumentPath.Of(key).Shard;
}
