namespace DocService.Collections;

/// <summary>The document has more keys in a unique index than it can judge.</summary>
/// <param name="Collection">Whose index it is.</param>
/// <param name="Index">The unique index.</param>
public sealed record TooManyKeysViolation(string Collection, string Index)
    : RuleViolation($"In collection '{Collection}' the document has more than {Queries.Indexes.IndexKeys.KeysMax} keys in the unique index '{Index}'.");
