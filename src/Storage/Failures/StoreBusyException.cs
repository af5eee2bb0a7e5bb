namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The request waited as long as it may, or descriptors have run out; nothing of it was done. Worth trying again.</summary>
public sealed class StoreBusyException : StoreException
{
    public StoreBusyException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Whether the message may name files of the store, which is not for everybody.</summary>
    public bool NamesFiles { get; init; }

    /// <summary>Whose directory takes no documents, so that others can be written all the same; null: the reason is another.</summary>
    public DocumentKey? Document { get; init; }
}
