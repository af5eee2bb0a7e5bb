namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>An option has an impossible value, or the data directory cannot be used.</summary>
public sealed class StoreConfigurationException : StoreException
{
    public StoreConfigurationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
