using System.Collections.Concurrent;

namespace DocService.Storage.Engine;

/// <summary>
/// The keys whose newest name on disk is not yet durable: from just before a rename or unlink until the directory's
/// sync has returned. Readers wait for the end, so none sees what a power cut can undo.
/// </summary>
/// <remarks>
/// Owns: the set. Thread: any.
/// Invariant that readers rely on: a version's rename happens after its <see cref="Begin"/> and its sync before its
/// <see cref="End"/>. So a file opened at a moment, with the key not in the set at a later moment, is durable: either
/// its publication had ended, or it is the version that stood before.
/// On failure: an abandoned key stays in the set, and its readers get the error, until the store is reopened.
/// </remarks>
internal sealed class Publications
{
    private readonly ConcurrentDictionary<DocumentKey, TaskCompletionSource> _open = new();

    /// <summary>Null when the key's newest version is durable, else a task that ends when it is, or fails when that will never be known.</summary>
    public Task? Find(DocumentKey key) => _open.TryGetValue(key, out TaskCompletionSource? publication) ? publication.Task : null;

    /// <summary>Called by the holder of the key's lock.</summary>
    public void Begin(DocumentKey key)
    {
        var publication = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_open.TryAdd(key, publication))
        {
            throw new InvalidOperationException("A publication of this key is already open.");
        }
    }

    /// <summary>The new name is durable, or nothing happened.</summary>
    public void End(DocumentKey key)
    {
        _open.TryRemove(key, out TaskCompletionSource? publication);
        publication!.SetResult();
    }

    /// <summary>Whether the new name is durable will not be known before a restart.</summary>
    public void Abandon(DocumentKey key, StoreException error)
    {
        TaskCompletionSource publication = _open[key];
        publication.SetException(error);

        // Nobody may be waiting; an unobserved exception is not one.
        _ = publication.Task.Exception;
    }
}
