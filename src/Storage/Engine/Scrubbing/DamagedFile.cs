using DocService.Storage.Io;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>A document's damaged or missing file, as it was examined.</summary>
/// <param name="Key">Of the document.</param>
/// <param name="Place">Of the file, for operators.</param>
/// <param name="State">What it was when it was read; null: there was none, although the copy has the document.</param>
/// <param name="Through">Published by then: whatever commit made the file is among these.</param>
internal sealed record DamagedFile(DocumentKey Key, string Place, FileState? State, long Through);
