namespace DocService.Collections;

/// <summary>The field that says when the document ends holds something else than a moment.</summary>
/// <param name="Collection">Whose rule it is.</param>
/// <param name="Field">The path to the field, as the definition has it.</param>
/// <param name="Why">Half a sentence.</param>
public sealed record InvalidExpiryViolation(string Collection, string Field, string Why)
    : RuleViolation($"In collection '{Collection}' the field '{Field}' says when a document ends, and {Why}. A document without the field has no end.");
