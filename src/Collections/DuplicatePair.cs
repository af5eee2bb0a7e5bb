namespace DocService.Collections;

/// <summary>Two documents that have one value in a unique index.</summary>
/// <param name="Id">The id that comes first.</param>
/// <param name="OtherId">The next one with the value.</param>
public sealed record DuplicatePair(string Id, string OtherId);
