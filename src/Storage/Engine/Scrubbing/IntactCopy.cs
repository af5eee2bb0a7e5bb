namespace DocService.Storage.Engine.Scrubbing;

/// <summary>The bytes that a damaged file should have, their digest compared.</summary>
/// <param name="Info">What its header will say.</param>
/// <param name="Document">The bytes, whole in memory.</param>
/// <param name="Source">Where they were found, for operators.</param>
internal sealed record IntactCopy(DocumentInfo Info, StoredDocument Document, string Source) : IDisposable
{
    public void Dispose() => Document.Dispose();
}
