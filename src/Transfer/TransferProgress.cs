namespace DocService.Transfer;

/// <summary>How far an import or an export is.</summary>
/// <param name="Documents">That are done.</param>
/// <param name="Skipped">Of these, how many an earlier run had done: they say nothing of the rate.</param>
/// <param name="Done">Of <paramref name="Total"/>: bytes of an import's files, documents of an export.</param>
/// <param name="Total">Null where it is not known.</param>
public readonly record struct TransferProgress(long Documents, long Skipped, long Done, long? Total);
