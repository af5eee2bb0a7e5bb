using DocService.Storage.Documents;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Recovery;

/// <summary>Hands each unfiled version that recovery found, in sequence order, to readers and the filer.</summary>
/// <remarks>Owns: what readers and the filer look into, until the store has it. Thread: the one that opens.</remarks>
/// <param name="marks">How far the log has come.</param>
/// <param name="expected">Versions to come: they get their room at once.</param>
/// <param name="threads">How the filer waits.</param>
internal sealed class RecoveredVersions(Watermarks marks, int expected, IThreads threads)
{
    public Pending Pending { get; } = new(marks, expected);

    public FilingQueue Filing { get; } = new(threads, expected);

    /// <summary>What the tickets were charged against free space.</summary>
    public long ChargedBytes { get; private set; }

    /// <summary>By directory: the highest sequence of a record of a kept version that was carried forward; 0 where there is none.</summary>
    public long[] CarriedThrough { get; } = new long[DocumentPath.Shards];

    /// <summary>Adds a version whose record has that sequence, which is higher than the version if it was carried forward.</summary>
    public void Add(DocumentKey key, long sequence, PendingVersion version)
    {
        if (version.IsOfVersion)
        {
            AddOne(VersionDigest.Of(key.Digest, version.Version), sequence, version);
            int shard = DocumentPath.ShardOf(key.Digest);
            CarriedThrough[shard] = Math.Max(CarriedThrough[shard], sequence);
            return;
        }

        AddOne(key.Digest, sequence, version);
        if (version.IsKept && version.Version == sequence) // of a version that was carried forward for its document's sake the kept one is filed, or has a record of its own
        {
            AddOne(VersionDigest.Of(key.Digest, sequence), sequence, version.OfVersion());
        }
    }

    private void AddOne(Sha256Digest document, long sequence, in PendingVersion version)
    {
        Pending.Add(document, version);
        long cost = DiskSpace.CostOf(version.Kind, version.Locator.Bytes);
        ChargedBytes += cost;
        Filing.Add(new FilingTicket(sequence, document, cost));
    }
}
