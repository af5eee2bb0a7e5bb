namespace DocService.Collections;

/// <summary>Another document has the value already.</summary>
/// <param name="Collection">Whose index it is.</param>
/// <param name="Prefix">Of the collection.</param>
/// <param name="Index">The unique index.</param>
/// <param name="Value">Of each field the JSON text, as the refused body has it.</param>
/// <param name="OtherId">The document that has it; one of the same batch, where two of that share the value. Null: it is not told.</param>
public sealed record UniqueViolation(string Collection, string Prefix, string Index, IReadOnlyList<string> Value, string? OtherId)
    : RuleViolation($"In collection '{Collection}' another document has this value in the unique index '{Index}'.");
