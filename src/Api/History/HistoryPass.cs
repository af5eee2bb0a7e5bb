using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Storage;

namespace DocService.Api.History;

/// <summary>Some documents' histories, looked over once: what is surplus is dropped, and then its rows have nothing to tell.</summary>
/// <remarks>Thread: one at a time. On failure: of one document it is noted, and the others are done; those of the index are thrown.</remarks>
/// <param name="store">Drops the files.</param>
/// <param name="endedBy">Versions that have ended by then are surplus.</param>
internal sealed class HistoryPass(IDocumentStore store, DateTimeOffset endedBy)
{
    /// <summary>Of one document, the oldest first; the rest stays due.</summary>
    public const int VersionsMax = 1000;

    private readonly List<Plan> _plans = [];
    private readonly Dictionary<string, IReadOnlyList<VersionFacts>> _surplus = []; // by ids: one of which several versions have ended is due once for each

    /// <param name="Due">What asks for it.</param>
    /// <param name="Surplus">Rows that go, at most so many.</param>
    /// <param name="IsWhole">There are no more of them.</param>
    private sealed record Plan(DueHistory Due, IReadOnlyList<VersionFacts> Surplus, bool IsWhole)
    {
        public IEnumerable<KeptVersion> Files => Surplus.Where(version => version.HasFile).Select(version => new KeptVersion(DocumentKey.Create(Due.Id), version.Version));
    }

    /// <summary>Files dropped.</summary>
    public int Dropped { get; private set; }

    /// <summary>Nothing is left of what was asked for.</summary>
    public bool IsDone { get; private set; } = true;

    /// <summary>What kept it from a document; null: nothing.</summary>
    public StoreException? Failure { get; private set; }

    /// <summary>Finds out what is surplus.</summary>
    public void Judge(IndexReader reader, IReadOnlyList<DueHistory> due)
    {
        foreach (DueHistory one in due)
        {
            IReadOnlyList<VersionFacts> surplus = one.Reason == DueReason.Erasure
                ? [.. HistoryJudge.Of(reader, one.Id).Where(version => version.Version <= one.Version)]
                : SurplusOf(reader, one.Id);
            _plans.Add(new Plan(one, [.. surplus.TakeLast(VersionsMax)], surplus.Count <= VersionsMax));
        }
    }

    /// <summary>Judged once.</summary>
    private IReadOnlyList<VersionFacts> SurplusOf(IndexReader reader, string id)
    {
        if (!_surplus.TryGetValue(id, out IReadOnlyList<VersionFacts>? surplus))
        {
            surplus = HistoryJudge.Surplus([.. HistoryJudge.Of(reader, id)], endedBy);
            _surplus.Add(id, surplus);
        }

        return surplus;
    }

    /// <summary>Drops it. What has no file any more, and what is done with that.</summary>
    public async Task<IReadOnlyList<HistoryRemoval>> DropAsync(CancellationToken cancellation)
    {
        try
        {
            return await DropAsync(_plans, cancellation);
        }
        catch (StoreException)
        {
            // One of them: here it is found which.
            return await DropOneByOneAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<HistoryRemoval>> DropOneByOneAsync(CancellationToken cancellation)
    {
        var removals = new List<HistoryRemoval>();
        foreach (IGrouping<string, Plan> ofOne in _plans.GroupBy(plan => plan.Due.Id))
        {
            try
            {
                removals.AddRange(await DropAsync([.. ofOne], cancellation));
            }
            catch (StoreException exception)
            {
                Failure = exception; // of this document: it stays due
                IsDone = false;
            }
        }

        return removals;
    }

    private async Task<IReadOnlyList<HistoryRemoval>> DropAsync(List<Plan> plans, CancellationToken cancellation)
    {
        KeptVersion[] files = [.. plans.SelectMany(plan => plan.Files).Distinct()];
        HashSet<KeptVersion> left = files.Length == 0 ? [] : [.. await store.DropVersionsAsync(files, cancellation)];
        Dropped += files.Length - left.Count;
        return [.. plans.Select(plan => RemovalOf(plan, left))];
    }

    /// <summary>What is not filed yet cannot be dropped: its row stays, and the document due.</summary>
    private HistoryRemoval RemovalOf(Plan plan, HashSet<KeptVersion> left)
    {
        HashSet<long> stays = [.. plan.Files.Where(left.Contains).Select(version => version.Version)];
        bool isDone = stays.Count == 0 && plan.IsWhole;
        IsDone &= isDone;
        return new HistoryRemoval(plan.Due, [.. plan.Surplus.Select(version => version.Version).Where(version => !stays.Contains(version))], isDone);
    }
}
