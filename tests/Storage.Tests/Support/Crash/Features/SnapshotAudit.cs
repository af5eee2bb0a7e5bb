using System.Text;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Crash.Ledgers;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash.Features;

/// <summary>Starts a snapshot and compares it with what the notes of the workload say that the store was at its sequence.</summary>
internal static class SnapshotAudit
{
    public const string Folder = $"{Scene.Data}/{DataDirectory.SnapshotsName}";

    /// <summary>The task that takes it has ended with success.</summary>
    public sealed record Taken(string Name, long Sequence);

    public static string PathOf(string name) => $"{Folder}/{name}";

    /// <summary>Its manifest; null where there is none.</summary>
    public static SnapshotInfo? InfoOf(SimulatedFileSystem disk, string name)
    {
        using IDirectory? snapshot = disk.TryOpenDirectory(PathOf(name));
        return snapshot is null ? null : SnapshotManifest.TryRead(snapshot);
    }

    /// <summary>The same disk, with the snapshot in the place of the store.</summary>
    public static SimulatedFileSystem InPlace(SimulatedFileSystem disk, string name)
    {
        SimulatedFileSystem other = SimulatedFileSystem.From(disk.Snapshot());
        other.Disk.Move(Scene.Data, $"{Scene.Parent}/aside");
        other.Disk.Move($"{Scene.Parent}/aside/{DataDirectory.SnapshotsName}/{name}", Scene.Data);
        return other;
    }

    /// <summary>What is wrong with the snapshot; null: it is the store as of its sequence, and starts as a store of its own.</summary>
    public static string? Judge(SimulatedFileSystem disk, IReadOnlyList<object> notes, string name)
    {
        if (InfoOf(disk, name) is not { } info)
        {
            return $"there is no whole snapshot {name}";
        }

        SimulatedFileSystem own = InPlace(disk, name);
        if (StoreVerification.Run(own, Scene.Data).Damage is [var damage, ..])
        {
            return $"verify says {damage}";
        }

        string? problem = null;
        try
        {
            SimulatedProcess.Run(own, async scheduler =>
            {
                await using DocumentStore store = Scene.Open(own, scheduler);
                problem = store.Status.StoreId == info.StoreId ? "it has the store's id" : await CompareAsync(store, notes, info.Sequence, "opened");
                WriteResult written = await store.PutAsync(Scene.FarNew, "\"of the snapshot\"", level: DurabilityLevel.Filed);
                problem ??= written.Sequence > info.Sequence + (1L << 32) ? null : $"its first version is {written.Sequence}";
            });
            SimulatedFileSystem again = own.CrashNow().Nothing().Open();
            SimulatedProcess.Run(again, async scheduler =>
            {
                await using DocumentStore store = Scene.Open(again, scheduler);
                problem ??= await CompareAsync(store, notes, info.Sequence, "after a write and a power cut", Scene.FarNew);
            });
        }
        catch (StoreException exception)
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }

        return problem;
    }

    /// <summary>Each document is what the last write up to the sequence has made of it, or a write without an answer.</summary>
    private static async Task<string?> CompareAsync(DocumentStore store, IReadOnlyList<object> notes, long sequence, string when, string? written = null)
    {
        Dictionary<int, long> versions = notes.OfType<Note.Acknowledged>().ToDictionary(note => note.Operation, note => note.Version);
        Note.Issued[] issued = [.. notes.OfType<Note.Issued>()];
        foreach (string id in Scene.Ids.Where(id => id != written))
        {
            (long Version, string? Body) expected = issued.Where(note => versions.TryGetValue(note.Operation, out long version) && version > 0 && version <= sequence)
                .SelectMany(note => note.Changes.Where(change => change.Id == id).Select(change => (Version: versions[note.Operation], change.Body)))
                .DefaultIfEmpty().MaxBy(change => change.Version);
            using StoredDocument? document = await store.ReadAsync(DocumentKey.Create(id), default);
            string? body = document is null ? null : Encoding.UTF8.GetString(document.Body.Span);
            bool isExpected = body == expected.Body && (body is null || document!.Info.Version == expected.Version);
            if (!isExpected && !issued.Any(note => !versions.ContainsKey(note.Operation) && note.Changes.Any(change => change.Id == id && change.Body == body)))
            {
                return $"{when}: {id} has version {document?.Info.Version ?? 0} in a snapshot of {sequence}, and should have {(expected.Body is null ? 0 : expected.Version)}";
            }
        }

        return null;
    }
}
