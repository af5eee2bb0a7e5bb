namespace DocService.Storage.Tests.Engine.Caching;

/// <summary>What clients have written and read. Versions are sequences of commits, so they are the order that explains it, or there is none.</summary>
internal sealed class CommitHistory
{
    private readonly List<(string Id, long Sequence, bool IsDelete)> _commits = [];
    private readonly List<(string Id, long Known, long? Version)> _reads = [];

    /// <summary>Of all commits through this one a client has been told, or has seen what they left.</summary>
    public long Known { get; private set; }

    public int Reads => _reads.Count;

    /// <summary>A write was acknowledged; sequence 0: there was nothing to delete.</summary>
    public void Committed(IEnumerable<string> ids, long sequence, bool isDelete)
    {
        if (sequence > 0)
        {
            _commits.AddRange(ids.Select(id => (id, sequence, isDelete)));
            Known = Math.Max(Known, sequence);
        }
    }

    /// <param name="id">What was read.</param>
    /// <param name="known"><see cref="Known"/> before the read began.</param>
    /// <param name="version">What was found; null: no document.</param>
    public void Read(string id, long known, long? version)
    {
        _reads.Add((id, known, version));
        Known = Math.Max(Known, version ?? 0);
    }

    /// <summary>The first read that no order explains; null where there is none. To be asked when every commit is known.</summary>
    public string? Explain()
    {
        foreach ((string id, long known, long? version) in _reads)
        {
            // What the read found was there from one commit to the next of the document, and that must reach up to what was known.
            bool isExplained = _commits
                .Where(commit => commit.Id == id && (version is null ? commit.IsDelete : commit.Sequence == version))
                .Any(commit => !_commits.Exists(next => next.Id == id && next.Sequence > commit.Sequence && next.Sequence <= known));
            if (!isExplained)
            {
                return $"{id} was read as {(version is { } found ? $"version {found}" : "absent")} when commit {known} was known";
            }
        }

        return null;
    }
}
