using System.Text;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Followers;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Journal;

/// <summary>Short words for tests of a store with a small journal on a simulated disk.</summary>
internal static class JournalTest
{
    public const string Data = "/data";

    public const string Folder = "/data/journal";

    public const int SegmentBytes = 64 * 1024;

    public const int Block = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Never seals by itself while a test runs, so that tests say what the watermarks in the journal are.</summary>
    public static StoreOptions Options => new()
    {
        DataDirectory = Data,
        SegmentBytes = SegmentBytes,
        JournalBytes = 4 * SegmentBytes,
        CommitBytesMax = SegmentBytes / 2,
        ReserveBytes = 2 * SegmentBytes,
        CacheBytes = 1 << 20, // its table is made at each opening
        SealAfter = TimeSpan.FromSeconds(10),
    };

    /// <summary>As <see cref="Options"/>, but seals as soon as it is quiet.</summary>
    public static StoreOptions Sealing => Options with { SealAfter = TimeSpan.FromMilliseconds(1) };

    public static DocumentStore Open(SimulatedFileSystem disk, StoreOptions? options = null, params IReadOnlyList<IWriteRule> rules) =>
        DocumentStore.Open(disk, options ?? Options, TimeProvider.System, NullLoggerFactory.Instance, rules);

    public static DocumentStore Open(SimulatedFileSystem disk, StoreOptions options, IFollower follower) =>
        DocumentStore.Open(disk, options, TimeProvider.System, NullLoggerFactory.Instance, followers: [follower]);

    public static Task<WriteResult> PutAsync(this DocumentStore store, string id, string json, DurabilityLevel level, CancellationToken cancellation = default) =>
        store.PutAsync(DocumentKey.Create(id), TestDocuments.Content(json), default, level, cancellation).AsTask();

    public static Task<WriteResult> DeleteAsync(this DocumentStore store, string id, DurabilityLevel level) =>
        store.DeleteAsync(DocumentKey.Create(id), default, level, default).AsTask();

    public static Task<CommitResult> PutAllAsync(this DocumentStore store, IEnumerable<string> ids, string json, DurabilityLevel level) =>
        store.CommitAsync([.. ids.Select(id => new PutOperation(DocumentKey.Create(id), TestDocuments.Content(json), default))], level, default).AsTask();

    /// <summary>A JSON string of so many bytes.</summary>
    public static string Json(int bytes, char letter = 'x') => $"\"{new string(letter, bytes - 2)}\"";

    public static string PathOf(string segment) => $"{Folder}/{segment}";

    /// <summary>Names of the segments, ascending.</summary>
    public static string[] Segments(this SimulatedFileSystem disk) =>
        [.. Names(disk).Where(name => name.EndsWith(".journal", StringComparison.Ordinal))];

    public static string[] Names(this SimulatedFileSystem disk) =>
        [.. disk.Disk.Tree().Where(path => path.StartsWith(Folder + "/", StringComparison.Ordinal) && path.Length > Folder.Length + 1).Select(path => path[(Folder.Length + 1)..])];

    /// <summary>The sync of a group or a seal.</summary>
    public static bool IsGroupSync(SimulatedCall call) => call.Kind == CallKind.SyncData && IsInJournal(call);

    /// <summary>The write of a group or a seal: preparing writes whole files, a header stands at the start.</summary>
    public static bool IsGroupWrite(SimulatedCall call) => call.Kind == CallKind.Write && call.Offset >= Block && IsInJournal(call);

    public static bool IsInJournal(SimulatedCall call) => call.Path.StartsWith(Folder + "/", StringComparison.Ordinal);

    public static bool IsInDocuments(SimulatedCall call) => call.Path.StartsWith(Data + "/docs/", StringComparison.Ordinal);

    /// <summary>The first call of a document's filing.</summary>
    public static bool IsTempCreation(SimulatedCall call) => call.Kind == CallKind.Create && IsInDocuments(call);

    /// <summary>Looks again and again until it holds; fails when that takes too long.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"It did not happen: {what}.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>The task's result, or a failure when that takes too long.</summary>
    public static Task<T> SoonAsync<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task SoonAsync(this Task task) => task.WaitAsync(Patience);

    /// <summary>A store that was opened and closed once: journal and documents are there and empty.</summary>
    public static async Task<(SimulatedFileSystem Disk, Guid StoreId)> FreshAsync()
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = Open(disk);
        Guid storeId = store.Status.StoreId;
        await store.DisposeAsync();
        return (disk, storeId);
    }

    /// <summary>A data directory whose journal consists of these segments and nothing else.</summary>
    public static async Task<SimulatedFileSystem> DiskWithAsync(params Func<Guid, SegmentForge>[] segments)
    {
        (SimulatedFileSystem disk, Guid storeId) = await FreshAsync();
        foreach (string name in disk.Segments())
        {
            disk.Disk.Remove(PathOf(name));
        }

        foreach (Func<Guid, SegmentForge> make in segments)
        {
            SegmentForge segment = make(storeId);
            disk.Disk.Write(PathOf(segment.Name), segment.Bytes);
        }

        return disk;
    }

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
