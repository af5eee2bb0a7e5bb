using System.Text;
using DocService.Collections.Unique;
using DocService.Index;
using DocService.Schemas;
using DocService.Storage.Rules;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Collections.Tests.Support;

/// <summary>A store on the disk with its index and its collections, loaded.</summary>
/// <remarks>Owns: all of them. Thread: any.</remarks>
internal sealed class TestStore : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int SegmentBytes = 256 * 1024;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _verification;

    private TestStore(DocumentStore store, CollectionRules rules, SchemaJudge schemas, IndexFollower? index, CollectionService collections)
    {
        Schemas = schemas;
        Store = store;
        Rules = rules;
        Index = index;
        Collections = collections;
        _verification = collections.RunAsync(_stopping.Token);
    }

    public DocumentStore Store { get; }

    public CollectionRules Rules { get; }

    /// <summary>One long judgement at a time.</summary>
    public SchemaJudge Schemas { get; }

    public IndexFollower? Index { get; }

    public CollectionService Collections { get; }

    /// <param name="directory">Of the data.</param>
    /// <param name="entries">In place of an index of its own.</param>
    /// <param name="hasIndex">Whether it has one.</param>
    /// <param name="clock">For looking again at what is violated.</param>
    /// <param name="indexClock">Of the index's thread.</param>
    /// <param name="lag">How far behind the index is while nobody waits; null: hardly at all.</param>
    /// <param name="behind">A rule that judges after those of the collections.</param>
    /// <param name="ignoresRules">It opens without an index although there are definitions that need one.</param>
    public static async Task<TestStore> OpenAsync(
        string directory, IUniqueEntries? entries = null, bool hasIndex = true, TimeProvider? clock = null, TimeProvider? indexClock = null, TimeSpan? lag = null, IWriteRule? behind = null, bool ignoresRules = false)
    {
        IndexFollower? index = hasIndex && entries is null
            ? new IndexFollower(
                new IndexOptions { Directory = Path.Combine(directory, "index"), CacheBytes = IndexOptions.CacheBytesMin, Lag = lag ?? TimeSpan.FromMilliseconds(1), AwaitsDeclarations = true },
                indexClock ?? TimeProvider.System,
                NullLogger<IndexFollower>.Instance)
            : null;
        var schemas = new SchemaJudge(budget: null, threads: 1, Patience);
        CollectionRules rules = entries is null ? new CollectionRules(index, schemas) : new CollectionRules(null, entries, schemas);
        var options = new StoreOptions
        {
            DataDirectory = directory,
            SegmentBytes = SegmentBytes,
            JournalBytes = 16 * SegmentBytes,
            CommitBytesMax = SegmentBytes / 2,
            SealAfter = TimeSpan.FromMilliseconds(1),
        };
        DocumentStore store = DocumentStore.Open(options, TimeProvider.System, NullLoggerFactory.Instance, rules: behind is null ? [rules] : [rules, behind], followers: index is null ? [] : [index]);
        var collections = new CollectionService(store, rules, index, clock ?? TimeProvider.System, NullLogger<CollectionService>.Instance);
        try
        {
            await collections.LoadAsync(default, ignoresRules);
            return new TestStore(store, rules, schemas, index, collections);
        }
        catch
        {
            await store.DisposeAsync();
            index?.Dispose();
            throw;
        }
    }

    public static DocumentContent Content(string json)
    {
        byte[] body = Encoding.UTF8.GetBytes(json);
        return new DocumentContent(body, "application/json", Sha256Digest.Of(body));
    }

    public static PutOperation Put(string id, string json) => new(DocumentKey.Create(id), Content(json), Conditions.None);

    public static DeleteOperation Delete(string id) => new(DocumentKey.Create(id), Conditions.None);

    public async Task<WriteResult> DefineAsync(string name, string json) =>
        await Collections.PutAsync(name, Content(json), Conditions.None, DurabilityLevel.Durable, default);

    /// <summary>Defined, and its indexes built.</summary>
    public async Task DefineAndBuildAsync(string name, string json)
    {
        WriteResult result = await DefineAsync(name, json);
        Assert.True(result.Status is WriteStatus.Created or WriteStatus.Replaced, result.Violation?.Reason);
        Assert.True(await Collections.WaitUntilBuiltAsync(name, Patience, default), "it is built");
    }

    public async Task<CommitResult> CommitAsync(params DocumentOperation[] operations) =>
        await Store.CommitAsync(operations, DurabilityLevel.Durable, default);

    public async Task<WriteResult> PutAsync(string id, string json) => (await CommitAsync(Put(id, json))).Results[0];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _verification;
        await Store.DisposeAsync();
        Index?.Dispose();
        _stopping.Dispose();
    }
}
