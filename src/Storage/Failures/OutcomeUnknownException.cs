namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>A sync or rename of this write failed: it may or may not survive. No reader sees it before a restart. After that it is there whole or not at all.</summary>
public sealed class OutcomeUnknownException : StoreException
{
    public OutcomeUnknownException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
