using System.Text;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>A client of a store that keeps versions. It notes in the disk's log which versions it is told of, and which it has dropped.</summary>
/// <remarks>Thread: one fiber's at a time.</remarks>
internal sealed class KeptDocuments
{
    private readonly SimulatedFileSystem _disk;
    private readonly DocumentStore _store;
    private int _bodies;

    public KeptDocuments(SimulatedFileSystem disk, SeededScheduler scheduler)
    {
        _disk = disk;
        _bodies = disk.Log.Marks().Count * 1000; // no two lives write the same
        _store = DocumentStore.Open(disk, Scene.Options, scheduler, NullLoggerFactory.Instance, [new TestRule { Commit = KeepingStore.KeepAll }]);
    }

    /// <summary>A version is acknowledged.</summary>
    public sealed record Kept(string Id, long Version, string Body);

    /// <summary>It is asked to go, and it may.</summary>
    public sealed record Dropping(string Id, long Version);

    /// <summary>It is said that it cannot be dropped yet: it stays.</summary>
    public sealed record Left(string Id, long Version);

    /// <summary>It is said to be gone.</summary>
    public sealed record Dropped(string Id, long Version);

    /// <summary>
    /// Opens what a cut or a kill has left: every version that was acknowledged has its bytes, and none that was dropped is there. Once
    /// more when all is filed, and once more after the next cut. Null: so it is.
    /// </summary>
    public static string? Audit(SimulatedFileSystem disk, IReadOnlyList<object> notes)
    {
        try
        {
            return Judge(disk, notes);
        }
        catch (StoreException exception)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }

    private static string? Judge(SimulatedFileSystem disk, IReadOnlyList<object> notes)
    {
        string? problem = null;
        disk.Log.KeepsCalls = false;
        SimulatedProcess.Run(disk, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            problem = await CheckAsync(store, notes, "opened");
            WriteResult filed = await store.PutAsync(Scene.FarNew, "1", level: DurabilityLevel.Filed);
            problem ??= filed.Level == DurabilityLevel.Filed ? await CheckAsync(store, notes, "filed") : $"not filed: {store.Status.FilingObstacle}";
        });
        SimulatedFileSystem cut = disk.CrashNow().Nothing().Open();
        SimulatedProcess.Run(cut, async scheduler =>
        {
            await using DocumentStore store = Scene.Open(cut, scheduler);
            problem ??= await CheckAsync(store, notes, "after the next cut");
        });
        if (problem is null && StoreVerification.Run(cut, Scene.Data).Damage is [var damage, ..])
        {
            problem = $"{damage}";
        }

        return problem ?? (disk.Disk.Tree().FirstOrDefault(path => path.Contains("/.tmp-", StringComparison.Ordinal)) is { } left ? $"{left} is left" : null);
    }

    public async Task PutAsync(DurabilityLevel level, params string[] ids)
    {
        PutOperation[] puts = [.. ids.Select(id => new PutOperation(DocumentKey.Create(id), TestDocuments.Content($"{{\"n\":{++_bodies},\"fill\":\"{new string('x', Workload.SmallBytes)}\"}}"), default))];
        CommitResult result = await _store.CommitAsync(puts, level, default);
        for (int index = 0; index < puts.Length; index++)
        {
            _disk.Mark(new Kept(ids[index], result.Sequence, Encoding.UTF8.GetString(puts[index].Content.Body.Span)));
        }
    }

    public async Task DeleteAsync(string id) => await _store.DeleteAsync(id, level: DurabilityLevel.Durable);

    /// <summary>What cannot be dropped yet stays, and is not asked for again.</summary>
    public async Task DropOldestAsync(string id)
    {
        IReadOnlyList<object> notes = _disk.Log.Marks();
        var dropping = notes.OfType<Dropping>().Select(note => (note.Id, note.Version)).ToHashSet();
        if (notes.OfType<Kept>().FirstOrDefault(note => note.Id == id && !dropping.Contains((note.Id, note.Version))) is { } oldest)
        {
            _disk.Mark(new Dropping(id, oldest.Version));
            IReadOnlyList<KeptVersion> left = await _store.DropVersionsAsync([new KeptVersion(DocumentKey.Create(id), oldest.Version)], default);
            _disk.Mark(left.Count == 0 ? new Dropped(id, oldest.Version) : new Left(id, oldest.Version));
        }
    }

    public bool IsFenced => _store.Status.State == StoreState.Fenced;

    /// <summary>What is refused is not told of, and what has failed was not acknowledged.</summary>
    public static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (StoreException)
        {
            // The audit looks for what was acknowledged before, and after.
        }
    }

    public ValueTask CloseAsync() => _store.DisposeAsync();

    private static async Task<string?> CheckAsync(DocumentStore store, IReadOnlyList<object> notes, string when)
    {
        var dropping = notes.OfType<Dropping>().Select(note => (note.Id, note.Version)).ToHashSet(); // asked for once: what is left is not asked for again
        dropping.ExceptWith(notes.OfType<Left>().Select(note => (note.Id, note.Version)));
        var dropped = notes.OfType<Dropped>().Select(note => (note.Id, note.Version)).ToHashSet();
        foreach (Kept kept in notes.OfType<Kept>())
        {
            string? found = await store.ReadVersionAsync(kept.Id, kept.Version);
            if (dropped.Contains((kept.Id, kept.Version)) ? found is not null : found != kept.Body && !(found is null && dropping.Contains((kept.Id, kept.Version))))
            {
                return $"{when}: version {kept.Version} of {kept.Id} is {found ?? "not there"}{(dropped.Contains((kept.Id, kept.Version)) ? ", and was dropped" : string.Empty)}";
            }
        }

        return null;
    }
}
