namespace DocService.Index.Writing;

/// <summary>What was in the directory of an index.</summary>
/// <param name="Writer">The index; null where it must be made anew.</param>
/// <param name="Reason">Why it must be.</param>
internal readonly record struct FoundIndex(IndexWriter? Writer, string? Reason);
