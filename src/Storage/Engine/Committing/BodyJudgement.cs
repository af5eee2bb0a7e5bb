using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>What rules say of the bodies of a write alone.</summary>
/// <param name="Versions">Of each rule's definitions, read before it judged; null where there are no rules.</param>
/// <param name="Violations">By the operation's index; null where there are none.</param>
internal readonly record struct BodyJudgement(long[]? Versions, IReadOnlyDictionary<int, RuleViolation>? Violations);
