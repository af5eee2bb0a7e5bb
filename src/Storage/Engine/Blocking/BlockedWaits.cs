using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Blocking;

/// <summary>Writes that wait until none of their documents is blocked.</summary>
/// <remarks>Owns: them. Thread: its owner's (<see cref="BlockedDocuments"/>), under that one's lock.</remarks>
internal sealed class BlockedWaits(IThreads threads)
{
    private readonly List<Waiter> _waiters = [];

    /// <param name="documents">Those of one commit.</param>
    public Waiter Add(Sha256Digest[] documents)
    {
        var waiter = new Waiter(documents, threads);
        _waiters.Add(waiter);
        return waiter;
    }

    public void GiveUp(Waiter waiter)
    {
        waiter.TryGiveUp();
        _waiters.Remove(waiter);
    }

    /// <summary>Ends the wait of every write that has no document of this kind any more. Needs no memory.</summary>
    public void Complete(Predicate<Sha256Digest> isBlocked)
    {
        for (int index = _waiters.Count - 1; index >= 0; index--)
        {
            if (!Array.Exists(_waiters[index].Documents, isBlocked))
            {
                _waiters[index].TryGive();
                _waiters.RemoveAt(index);
            }
        }
    }

    internal sealed class Waiter(Sha256Digest[] documents, IThreads threads) : Turn(threads)
    {
        public Sha256Digest[] Documents { get; } = documents;
    }
}
