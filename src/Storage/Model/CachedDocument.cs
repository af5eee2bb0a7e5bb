namespace DocService.Storage.Model;

/// <summary>One version of a document in memory, both checksums verified: for as many readers as ask for it.</summary>
/// <remarks>Thread: any. Nothing of it changes but <see cref="Prepared"/>; it stays whole for whoever holds it, whatever becomes of the document.</remarks>
public class CachedDocument
{
    private protected CachedDocument(DocumentInfo info, byte[] body)
    {
        Info = info;
        Body = body;
    }

    public DocumentInfo Info { get; }

    /// <summary>The exact bytes the client sent.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>What readers have made of it once, its header fields for example; null until then. It follows from the document alone, so any of several at once may win.</summary>
    public object? Prepared { get; set; }
}
