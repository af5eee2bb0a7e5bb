using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Recovery;

/// <summary>The unfiled versions that recovery found, put where the running store looks for them; in sequence order.</summary>
/// <remarks>Owns: both tables, until the store has them. Thread: the one that opens.</remarks>
internal sealed class RecoveredVersions(Watermarks marks, int expected)
{
    public Pending Pending { get; } = new(marks, expected);

    public FilingQueue Filing { get; } = new(expected);

    /// <summary>What the tickets were charged against free space.</summary>
    public long ChargedBytes { get; private set; }

    public void Add(DocumentKey key, PendingVersion version)
    {
        Pending.Add(key.Digest, version);
        long cost = Backlog.CostOf(version.Kind, version.Locator.Bytes);
        ChargedBytes += cost;
        Filing.Add(new FilingTicket(version.Version, key.Digest, cost));
    }
}
