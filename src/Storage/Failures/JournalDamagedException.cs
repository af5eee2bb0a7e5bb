namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>Committed data in the journal cannot be read. Nothing is served until the journal is salvaged.</summary>
public sealed class JournalDamagedException : StoreException
{
    public JournalDamagedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
