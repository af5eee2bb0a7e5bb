namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The store takes no writes because an earlier sync failed; nothing of this request was done. Ends with a restart.</summary>
public sealed class StoreFencedException : StoreException
{
    public StoreFencedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
