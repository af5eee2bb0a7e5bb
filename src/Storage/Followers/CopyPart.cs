namespace DocService.Storage.Followers;

/// <summary>Some documents of a copy, one after the other in its order.</summary>
/// <param name="Documents">Those that exist, hidden ones included.</param>
/// <param name="Bytes">That were read for it.</param>
/// <param name="Next">Where the next part begins; null: this was the last.</param>
public sealed record CopyPart(IReadOnlyList<CopiedDocument> Documents, long Bytes, ReadOnlyMemory<byte>? Next);

/// <summary>A document as a copy has it.</summary>
/// <param name="Key">Which.</param>
/// <param name="Info">Facts of it. How many versions are kept (<see cref="DocumentInfo.Keep"/>) a copy need not know.</param>
public readonly record struct CopiedDocument(DocumentKey Key, DocumentInfo Info);
