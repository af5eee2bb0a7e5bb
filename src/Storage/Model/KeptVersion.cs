namespace DocService.Storage.Model;

/// <summary>A version of a document that is kept beside it.</summary>
/// <param name="Key">The document.</param>
/// <param name="Version">Sequence of the commit that wrote it.</param>
public readonly record struct KeptVersion(DocumentKey Key, long Version);
