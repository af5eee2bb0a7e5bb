namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>Another process, or another store of this one, holds the data directory.</summary>
public sealed class StoreInUseException : StoreException
{
    public StoreInUseException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
