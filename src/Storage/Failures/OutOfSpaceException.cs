namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>No room on the filesystem; nothing of this request was done.</summary>
public sealed class OutOfSpaceException : StoreException
{
    public OutOfSpaceException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
