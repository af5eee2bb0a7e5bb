using System.Text;
using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Storage;
using DocService.Storage.Model;
using DocService.Storage.Rules;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Index.Tests.Support;

/// <summary>A store on the disk with an index, and what its documents must be.</summary>
/// <remarks>Owns: both. Thread: one test's. Invariant: <see cref="Expected"/> is what was acknowledged.</remarks>
internal sealed class IndexedStore : IAsyncDisposable
{
    private const int SegmentBytes = 64 * 1024;

    private IndexedStore(DocumentStore store, IndexFollower index, SortedDictionary<string, string> expected)
    {
        Store = store;
        Index = index;
        Expected = expected;
    }

    public DocumentStore Store { get; }

    public IndexFollower Index { get; }

    public SortedDictionary<string, string> Expected { get; }

    /// <summary>Of the last write.</summary>
    public long Last { get; private set; }

    /// <param name="directory">Of the data.</param>
    /// <param name="expected">What the documents there are.</param>
    /// <param name="segments">Of the journal: few make it wait for the index.</param>
    /// <param name="declared">Indexes beside the ids.</param>
    /// <param name="rule">Judges writes.</param>
    /// <param name="segmentBytes">Of one segment.</param>
    /// <param name="scrub">How often all files are read; default: never.</param>
    public static IndexedStore Open(string directory, SortedDictionary<string, string>? expected = null, int segments = 8, DeclaredIndex[]? declared = null, IWriteRule? rule = null, TimeSpan scrub = default, int segmentBytes = SegmentBytes)
    {
        IndexFollower index = IndexTest.Follower(Path.Combine(directory, "index"));
        index.Declare(declared ?? []);
        var options = new StoreOptions
        {
            DataDirectory = directory,
            SegmentBytes = segmentBytes,
            JournalBytes = segments * segmentBytes,
            CommitBytesMax = segmentBytes / 2,
            SealAfter = TimeSpan.FromMilliseconds(1),
            ScrubInterval = scrub,
        };
        DocumentStore store = DocumentStore.Open(options, TimeProvider.System, NullLoggerFactory.Instance, rules: rule is null ? [] : [rule], followers: [index]);
        return new IndexedStore(store, index, expected ?? new SortedDictionary<string, string>(StringComparer.Ordinal));
    }

    public async Task PutAsync(string json, params string[] ids)
    {
        byte[] body = Encoding.UTF8.GetBytes(json);
        var content = new DocumentContent(body, "application/json", Sha256Digest.Of(body));
        CommitResult result = await Store.CommitAsync([.. ids.Select(id => new PutOperation(DocumentKey.Create(id), content, default))], DurabilityLevel.Durable, default);
        Last = result.Sequence;
        foreach (string id in ids)
        {
            Expected[id] = json;
        }
    }

    public async Task PutHiddenAsync(string name)
    {
        var content = new DocumentContent("0"u8.ToArray(), "application/json", Sha256Digest.Of("0"u8));
        Last = (await Store.PutAsync(DocumentKey.CreateHidden(name), content, default, DurabilityLevel.Durable, default)).Sequence;
    }

    public async Task DeleteAsync(string id)
    {
        WriteResult result = await Store.DeleteAsync(DocumentKey.Create(id), default, DurabilityLevel.Durable, default);
        Last = Math.Max(Last, result.Sequence);
        Expected.Remove(id);
    }

    /// <summary>So many random writes of a few documents.</summary>
    public async Task WriteAsync(Random random, int writes)
    {
        for (int n = 0; n < writes; n++)
        {
            string id = $"d{random.Next(40)}";
            string json = $$"""{"a":"{{new string((char)('a' + random.Next(26)), random.Next(1, 4000))}}","b":[{{random.Next(3)}},{{random.Next(3)}}]}""";
            switch (random.Next(5))
            {
                case 0:
                    await DeleteAsync(id);
                    break;
                case 1:
                    await PutAsync(json, [.. Enumerable.Range(0, 6).Select(_ => $"d{random.Next(40)}").Distinct()]);
                    break;
                case 2:
                    await PutHiddenAsync($"h{random.Next(5)}");
                    break;
                default:
                    await PutAsync(json, id);
                    break;
            }
        }
    }

    /// <summary>The index, a scan of the documents, and what was acknowledged are one and the same.</summary>
    public async Task CheckAsync(string what)
    {
        await Index.ReachAsync(Last);
        SortedDictionary<string, string> indexed = Index.ReadAll();
        Assert.True(Expected.SequenceEqual(indexed), $"{what}: the index has {string.Join(' ', indexed.Keys)}, expected {string.Join(' ', Expected.Keys)}; {Index.Status}");
        foreach (string id in Enumerable.Range(0, 40).Select(n => $"d{n}"))
        {
            using StoredDocument? document = await Store.ReadAsync(DocumentKey.Create(id), budget: null, default);
            Assert.Equal(Expected.GetValueOrDefault(id), document is null ? null : Encoding.UTF8.GetString(document.Body.Span));
        }
    }

    /// <summary>Each of these is built, in the end, and has exactly the entries of the documents.</summary>
    public async Task CheckAsync(DeclaredIndex[] declared, string what)
    {
        foreach (DeclaredIndex index in declared)
        {
            while (true)
            {
                Task changed = Index.WhenDeclaredChanges();
                bool isBuilt;
                using (IndexReader? reader = Index.TryRead())
                {
                    isBuilt = reader?.GetDeclared(index) is { IsBuilt: true };
                    if (isBuilt && reader!.AsOf >= Last)
                    {
                        Assert.True(Declaring.Expected(index, Expected).SequenceEqual(Declaring.Entries(reader, index)), $"{what}: {index.Keys?.Name ?? "text"}");
                        Declaring.CheckState(reader, index, Expected);
                        break;
                    }
                }

                await (isBuilt ? Index.ReachAsync(Last) : changed.WaitAsync(IndexTest.Patience));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Index.Dispose();
    }
}
