namespace DocService.Index.History;

/// <summary>A document's history has been looked over: these rows have nothing to tell any more, because their files are gone.</summary>
/// <param name="Due">What asked for it.</param>
/// <param name="Versions">Of the rows.</param>
/// <param name="IsDone">Nothing is left to be looked over, unless something has asked again since.</param>
public sealed record HistoryRemoval(DueHistory Due, IReadOnlyList<long> Versions, bool IsDone = true);
