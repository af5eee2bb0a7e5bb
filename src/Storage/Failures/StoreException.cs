namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>Root of everything the store refuses or cannot do. Outcomes that a caller expects are values, not exceptions.</summary>
public abstract class StoreException : Exception
{
    protected StoreException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
