namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The store is shutting down or closed; nothing of this request was done.</summary>
public sealed class StoreClosedException : StoreException
{
    public StoreClosedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
