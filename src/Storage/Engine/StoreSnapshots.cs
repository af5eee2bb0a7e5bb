using DocService.Storage.Engine.Health;
using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>Snapshots for a store's users: what refuses them at once, and what a failed call means.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class StoreSnapshots(OperationGate gate, Func<StoreEngine> engine, StoreHealth health) : ISnapshots
{
    public SnapshotList List() => Guarded(static store => store.Snapshots.List());

    public bool Delete(string name) => SnapshotName.IsValid(name) && Guarded(store => store.Snapshots.Delete(name));

    public async Task<SnapshotInfo> TakeAsync(string? name)
    {
        if (name is not null && !SnapshotName.IsValid(name))
        {
            throw new ArgumentException($"'{name}' cannot name a snapshot: {SnapshotName.Rule}.", nameof(name));
        }

        using OperationGate.Passage passage = gate.Enter();
        StoreEngine store = engine();
        health.ThrowIfFenced();
        try
        {
            return await store.Snapshots.TakeAsync(name).ConfigureAwait(false);
        }
        catch (Exception exception) when (Translate(exception) is { } told)
        {
            throw told;
        }
    }

    private T Guarded<T>(Func<StoreEngine, T> act)
    {
        using OperationGate.Passage passage = gate.Enter();
        try
        {
            return act(engine());
        }
        catch (FileSystemException exception)
        {
            throw Translate(exception)!;
        }
    }

    private static StoreException? Translate(Exception exception) => exception switch
    {
        FileSystemException { IsOutOfSpace: true } => new OutOfSpaceException($"There is no room for a snapshot: {exception.Message}", exception),
        FileSystemException { IsOutOfHandles: true } or OutOfMemoryException => new StoreBusyException($"A snapshot could not be taken: {exception.Message}", exception),
        FileSystemException => new StorageFaultException($"The directory of snapshots: {exception.Message}", exception),
        Followers.CommitsMissingException => new StorageFaultException($"The journal could not be read for a snapshot: {exception.Message}", exception),
        _ => null,
    };
}
