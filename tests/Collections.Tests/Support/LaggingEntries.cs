using System.Text;
using DocService.Collections.Definitions;
using DocService.Collections.Unique;

namespace DocService.Collections.Tests.Support;

/// <summary>An index in memory that shows a commit only when the test says so.</summary>
internal sealed class LaggingEntries(Func<CollectionSet> collections) : IUniqueEntries
{
    private readonly List<(long Sequence, string Id, string? Body)> _log = [];

    /// <summary>Commits up to here are shown.</summary>
    public long Shown { get; set; }

    public bool IsFailed { get; set; }

    public (long Done, long Total) Progress { get; set; }

    public bool IsWhole { get; set; } = true;

    /// <summary>Called before a snapshot is taken: what happens between the look at the overlay and this.</summary>
    public Action? Taking { get; set; }

    /// <summary>Called once a snapshot has been taken, before it is looked at.</summary>
    public Action? Taken { get; set; }

    /// <summary>Sabotage: what is told of the position in place of the truth.</summary>
    public Func<long>? Told { get; set; }

    /// <summary>Sabotage: the snapshot in place of a new one.</summary>
    public IUniqueSnapshot? Stale { get; set; }

    long IUniqueEntries.Position => Told?.Invoke() ?? Shown;

    public void Note(long sequence, string id, string? body) => _log.Add((sequence, id, body));

    public IUniqueSnapshot? TryRead()
    {
        Taking?.Invoke();
        IUniqueSnapshot? taken = IsWhole ? Stale ?? Take() : null;
        Taken?.Invoke();
        return taken;
    }

    public IUniqueSnapshot Take() => new Snapshot(
        Shown,
        _log.Where(one => one.Sequence <= Shown).GroupBy(one => one.Id).Select(one => one.MaxBy(write => write.Sequence)).Where(one => one.Body is not null)
            .SelectMany(one => UniqueClaims.Of(collections().Find(one.Id)!, Encoding.UTF8.GetBytes(one.Body!)).Claims.Select(claim => (claim.Value, one.Id)))
            .ToLookup(one => one.Value, one => one.Id));

    private sealed class Snapshot(long asOf, ILookup<Sha256Digest, string> holders) : IUniqueSnapshot
    {
        public long AsOf => asOf;

        public IEnumerable<string> Holders(UniqueClaim claim, DateTimeOffset moment) => holders[claim.Value];

        public IReadOnlyList<DuplicatePair> FindDuplicates(CollectionIndex index, int pairsMax, CancellationToken cancellation) => [];

        public void Dispose()
        {
        }
    }
}
