namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The disk refused an operation whose effect is known to be nothing; this request alone failed.</summary>
public sealed class StorageFaultException : StoreException
{
    public StorageFaultException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
