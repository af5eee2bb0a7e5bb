using System.Text;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support.Crash.Features;

/// <summary>Clients of a store that keeps versions. They note in the disk's log which versions they are told of, and which they have dropped.</summary>
/// <remarks>Thread: fibers, one at a time; one for each client.</remarks>
internal sealed class KeptDocuments
{
    /// <summary>Where the files of versions are.</summary>
    public const string Folder = $"{Scene.Data}/{DataDirectory.VersionsName}";

    /// <summary>Where their directories are made.</summary>
    public const string Draft = $"{Scene.Data}/{DataDirectory.VersionsDraftName}";

    /// <summary>So many versions are asked for in every put that is kept.</summary>
    private const ushort Keep = 2;

    private static readonly byte[] Plain = "{\"plain\""u8.ToArray();

    private readonly SimulatedFileSystem _disk;
    private readonly DocumentStore _store;
    private int _bodies;

    public KeptDocuments(SimulatedFileSystem disk, SeededScheduler scheduler)
    {
        _disk = disk;
        _bodies = disk.Log.Marks().Count * 1000; // no two lives write the same
        _store = DocumentStore.Open(disk, Scene.Options, scheduler, NullLoggerFactory.Instance, [new TestRule { Commit = KeepUnlessPlain }]);
    }

    /// <summary>A version is acknowledged.</summary>
    public sealed record Kept(string Id, long Version, string Body);

    /// <summary>A version is acknowledged that nobody asked to keep.</summary>
    public sealed record NotKept(string Id, long Version);

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

    /// <summary>One that is not kept, between those that are.</summary>
    public async Task PutPlainAsync(DurabilityLevel level, string id) => _disk.Mark(new NotKept(id, (await _store.PutAsync(id, $"{{\"plain\":{++_bodies}}}", level: level)).Sequence));

    public async Task DeleteAsync(string id) => await _store.DeleteAsync(id, level: DurabilityLevel.Durable);

    /// <summary>What cannot be dropped yet stays, and is not asked for again.</summary>
    public async Task DropOldestAsync(string id)
    {
        if (Newest(id) is [.., var oldest])
        {
            await DropAsync(id, [oldest]);
        }
    }

    /// <summary>All but as many as are to be kept, as a keeper of histories does.</summary>
    public Task DropSurplusAsync(string id) => DropAsync(id, [.. Newest(id).Skip(Keep)]);

    /// <summary>Versions that nobody has asked to drop.</summary>
    private IReadOnlyList<long> Newest(string id)
    {
        IReadOnlyList<object> notes = _disk.Log.Marks();
        var dropping = notes.OfType<Dropping>().Select(note => (note.Id, note.Version)).ToHashSet();
        return [.. notes.OfType<Kept>().Where(note => note.Id == id && !dropping.Contains((id, note.Version))).Select(note => note.Version).OrderDescending()];
    }

    private async Task DropAsync(string id, IReadOnlyList<long> versions)
    {
        foreach (long version in versions)
        {
            _disk.Mark(new Dropping(id, version));
        }

        IReadOnlyList<KeptVersion> left = versions.Count == 0 ? [] : await _store.DropVersionsAsync([.. versions.Select(version => new KeptVersion(DocumentKey.Create(id), version))], default);
        foreach (long version in versions)
        {
            _disk.Mark(left.Any(one => one.Version == version) ? new Left(id, version) : new Dropped(id, version));
        }
    }

    private static void KeepUnlessPlain(CommitDraft draft)
    {
        for (int index = 0; index < draft.Operations.Count; index++)
        {
            if (draft.Operations[index].Operation is PutOperation put && !put.Content.Body.Span.StartsWith(Plain))
            {
                draft.KeepVersions(index, Keep);
            }
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
        foreach (NotKept plain in notes.OfType<NotKept>())
        {
            if (await store.ReadVersionAsync(plain.Id, plain.Version) is { } found)
            {
                return $"{when}: version {plain.Version} of {plain.Id} is {found}, and was not to be kept";
            }
        }

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
