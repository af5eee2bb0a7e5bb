using System.Diagnostics.CodeAnalysis;

namespace DocService.Storage.Followers;

/// <summary>A reading place in the journal.</summary>
/// <remarks>Thread: one at a time. It holds one segment, which is not used again meanwhile: dispose it.</remarks>
public interface ICommitCursor : IDisposable
{
    /// <summary>Sequence of the last commit read, or of where it began.</summary>
    long Position { get; }

    /// <summary>The next published commit; false when there is none yet. It is valid until the next call.</summary>
    /// <exception cref="CommitsMissingException">Commits after the position are gone or damaged. A follower that needs them must be made anew.</exception>
    bool TryRead([NotNullWhen(true)] out FollowedCommit? commit);
}
