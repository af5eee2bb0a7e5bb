using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Recovery;

/// <summary>Hands each unfiled version that recovery found, in sequence order, to everyone who follows the log.</summary>
/// <remarks>Owns: what readers and the filer look into, until the store has it. Thread: the one that opens.</remarks>
internal sealed class RecoveredVersions
{
    private readonly Action<DocumentKey, PendingVersion>[] _followers;

    /// <param name="marks">How far the log has come.</param>
    /// <param name="expected">Versions to come: they get their room at once.</param>
    /// <param name="threads">How the filer waits.</param>
    /// <param name="followers">They get each version, beside readers and the filer.</param>
    public RecoveredVersions(Watermarks marks, int expected, IThreads threads, IEnumerable<Action<DocumentKey, PendingVersion>> followers)
    {
        Pending = new Pending(marks, expected);
        Filing = new FilingQueue(threads, expected);
        _followers = [AddToPending, .. followers];
    }

    public Pending Pending { get; }

    public FilingQueue Filing { get; }

    /// <summary>What the tickets were charged against free space.</summary>
    public long ChargedBytes { get; private set; }

    /// <summary>Adds a version whose record has that sequence, which is higher than the version if it was carried forward.</summary>
    public void Add(DocumentKey key, long sequence, PendingVersion version)
    {
        foreach (Action<DocumentKey, PendingVersion> follower in _followers)
        {
            follower(key, version);
        }

        long cost = DiskSpace.CostOf(version.Kind, version.Locator.Bytes);
        ChargedBytes += cost;
        Filing.Add(new FilingTicket(sequence, key.Digest, cost));
    }

    private void AddToPending(DocumentKey key, PendingVersion version) => Pending.Add(key.Digest, version);
}
