using DocService.Storage.Followers;

namespace DocService.Storage.Tests.Engine.Scrubbing;

/// <summary>A copy of documents that says what the test says.</summary>
internal sealed class CopyingFollower : IFollower, IDocumentCopies
{
    private readonly Lock _gate = new();
    private readonly List<string> _differences = [];
    private Func<DocumentKey, StoredDocument?> _copy = static _ => null;

    public string Name => "the test's copy";

    public bool IsDerived => true;

    public long DurablePosition => long.MaxValue;

    public IReadOnlyList<string> Differences
    {
        get
        {
            lock (_gate)
            {
                return [.. _differences];
            }
        }
    }

    /// <summary>What it answers; called on the scrub's thread, so a test does there what comes between examining and restoring.</summary>
    public void Answer(Func<DocumentKey, StoredDocument?> copy) => Volatile.Write(ref _copy, copy);

    public StoredDocument? TryRead(DocumentKey key, long through) => Volatile.Read(ref _copy)(key);

    public void NoteDifference(string reason)
    {
        lock (_gate)
        {
            _differences.Add(reason);
        }
    }

    public void Start(ICommitLog log)
    {
    }

    public void Hurry(long through)
    {
    }

    public void LetGo(string reason)
    {
    }

    public void StopFollowing()
    {
    }
}
