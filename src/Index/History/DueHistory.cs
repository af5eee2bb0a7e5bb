namespace DocService.Index.History;

/// <summary>A document whose history has to be looked over.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Id">Of the document.</param>
/// <param name="Version">Of the write that asks for it; of an erasure: the newest version that it concerns.</param>
/// <param name="End">Of a version that has ended: when; else null.</param>
public readonly record struct DueHistory(DueReason Reason, string Id, long Version, DateTimeOffset? End = null);
