namespace DocService.Storage.Reports;

/// <summary>What the cache of documents holds, and how often it had what was asked for.</summary>
/// <param name="Bytes">Held, with what belongs to it.</param>
/// <param name="Documents">Held.</param>
/// <param name="Hits">Reads that it answered since the start.</param>
/// <param name="Misses">Reads of a document's file that may be held from then on.</param>
public readonly record struct CacheReport(long Bytes, long Documents, long Hits, long Misses);
