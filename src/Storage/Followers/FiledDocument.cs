namespace DocService.Storage.Followers;

/// <summary>A document as its file has it.</summary>
/// <param name="Key">Whose; it may be a hidden one.</param>
/// <param name="Document">Dispose it.</param>
public sealed record FiledDocument(DocumentKey Key, StoredDocument Document) : IDisposable
{
    public void Dispose() => Document.Dispose();
}
