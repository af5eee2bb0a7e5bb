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

    public StoredDocument? TryRead(DocumentKey key, long through)
    {
        IsBodyAsked = true;
        StoredDocument? copy = HasBodies ? Volatile.Read(ref _copy)(key) : null;
        IsBodyAsked = false;
        return copy;
    }

    /// <summary>Whether the answer is for a body, after the file has been examined; else for facts.</summary>
    public bool IsBodyAsked { get; private set; }

    /// <summary>Whether it has bodies beside the facts, as an index has of all but hidden documents.</summary>
    public bool HasBodies { get; set; } = true;

    /// <summary>Files that it claims to stand in.</summary>
    public IReadOnlyList<CopyFile> Files { get; set; } = [];

    /// <summary>The documents that it lists; none by default.</summary>
    public IReadOnlyList<DocumentKey> Listed { get; set; } = [];

    /// <summary>Whether it says that there is no document at all. Default: where it has no answer it is behind.</summary>
    public bool IsLacking { get; set; }

    public bool TryReadInfo(DocumentKey key, long through, out DocumentInfo? info)
    {
        using StoredDocument? document = Volatile.Read(ref _copy)(key);
        info = IsLacking ? null : document?.Info;
        return IsLacking || document is not null;
    }

    public CopyPart? TryReadPart(ReadOnlyMemory<byte>? from) =>
        new([.. Listed.Select(key => (Key: key, Document: Volatile.Read(ref _copy)(key))).Where(static one => one.Document is not null).Select(static one => new CopiedDocument(one.Key, one.Document!.Info))], 0, null);

    public IReadOnlyList<CopyFile> ListFiles() => Files;

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
