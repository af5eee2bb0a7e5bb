namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>A document exists but its file cannot be read or fails its checks; other documents are not concerned.</summary>
public sealed class DocumentCorruptException : StoreException
{
    public DocumentCorruptException(DocumentKey key, string file, string reason, Exception? cause = null)
        : base($"Document '{key.Id}' cannot be read: {reason} (file {file}).", cause)
    {
        Key = key;
        File = file;
        Reason = reason;
    }

    public DocumentKey Key { get; }

    /// <summary>Not even whether the document exists could be read.</summary>
    internal bool MayBeAbsent { get; init; }

    /// <summary>Full path of the damaged file.</summary>
    public string File { get; }

    /// <summary>What failed, in one clause.</summary>
    public string Reason { get; }
}
