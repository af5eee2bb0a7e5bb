using DocService.Storage.Requests;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>A request with a key, from the moment that its commit is on its way.</summary>
/// <remarks>Thread: made by its write; once it is in the <see cref="RequestTable"/>, that one's gate guards what changes.</remarks>
internal sealed class KnownRequest(Sha256Digest key, Sha256Digest fingerprint, IReadOnlyList<RememberedResult> results)
{
    public Sha256Digest Key => key;

    public Sha256Digest Fingerprint => fingerprint;

    public IReadOnlyList<RememberedResult> Results => results;

    /// <summary>Of its commit; 0 as long as that is not published.</summary>
    public long Sequence { get; set; }

    /// <summary>Nobody can know before a restart whether its commit survives.</summary>
    public bool IsUnknown { get; set; }

    /// <summary>The commit of this sequence cannot be read any more: whichever request made it, its key is lost.</summary>
    public bool IsLost { get; private init; }

    /// <summary>What is told of a commit that cannot be read.</summary>
    public string Loss => $"the request of commit {Sequence}, or of one beside it, could not be read before it was filed";

    /// <summary>So are all requests of later commits that files before this one have.</summary>
    public bool IsVoid { get; private init; }

    /// <summary>The next one that waits to be filed: a list through the requests themselves needs no memory.</summary>
    public KnownRequest? Next { get; set; }

    /// <summary>Stands for whatever request made that commit.</summary>
    public static KnownRequest Lost(long sequence) => new(default, default, []) { Sequence = sequence, IsLost = true };

    /// <summary>The journal ended at that sequence while files knew of later commits: an older one was put beside them.</summary>
    public static KnownRequest Void(long end) => new(default, default, []) { Sequence = end, IsLost = true, IsVoid = true };

    public RememberedRequest ToRemembered() => new(Sequence, results);
}
