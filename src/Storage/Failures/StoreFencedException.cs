namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by the engine, always with what went wrong.

/// <summary>The store takes no writes because an earlier sync failed; nothing of this request was done. Ends with a restart.</summary>
public sealed class StoreFencedException : StoreException
{
    internal StoreFencedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
