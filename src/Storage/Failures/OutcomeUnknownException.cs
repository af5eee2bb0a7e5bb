namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>A sync or rename of this write failed: it may or may not survive. Nobody can read it; after a restart it is either there whole or not at all.</summary>
public sealed class OutcomeUnknownException : StoreException
{
    public OutcomeUnknownException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
