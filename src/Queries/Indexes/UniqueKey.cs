namespace DocService.Queries.Indexes;

/// <summary>
/// A key that no other document of a unique index may have. Every field of it is there and not null. An array takes part by
/// each of its elements, not as a whole.
/// </summary>
/// <param name="Key">Its number in <see cref="IndexEntries.Keys"/>.</param>
/// <param name="Digest">SHA-256 of the whole key, before it was cut.</param>
/// <param name="Values">Of each field, where its value stands in the document.</param>
public readonly record struct UniqueKey(int Key, byte[] Digest, IReadOnlyList<Range> Values);
