namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what is in the way.

/// <summary>A snapshot has that name already, or the one that is to be deleted is in use.</summary>
public sealed class SnapshotConflictException : StoreException
{
    public SnapshotConflictException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
