namespace DocService.Storage.Followers;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>A follower asks for commits that the journal does not hold any more, or that are damaged although they are filed.</summary>
public sealed class CommitsMissingException : StoreException
{
    public CommitsMissingException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
