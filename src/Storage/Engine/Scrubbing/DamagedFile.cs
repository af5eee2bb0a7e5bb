using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>A damaged or missing file of a document or of a kept version, as it was examined.</summary>
/// <param name="Key">Of the document.</param>
/// <param name="Place">Of the file, for operators.</param>
/// <param name="State">What it was when it was read; null: there was none, although the index has the document.</param>
/// <param name="Through">Published by then: whatever commit made the file is among these.</param>
internal sealed record DamagedFile(DocumentKey Key, string Place, FileState? State, long Through)
{
    /// <summary>Of a kept version's file: which one, by its name. 0: it is the document's own file.</summary>
    public long KeptVersion { get; init; }

    /// <summary>What its header says, where that is intact: it is what should be there.</summary>
    public DocumentInfo? Header { get; init; }

    public bool IsOfVersion => KeptVersion > 0;

    public DocumentPath Path => DocumentPath.Of(Key);
}
