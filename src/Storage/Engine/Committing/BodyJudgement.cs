using DocService.Storage.Rules;

namespace DocService.Storage.Engine.Committing;

/// <summary>What rules say of the bodies of a write alone.</summary>
/// <param name="Versions">Of each rule's definitions, read before it judged; null where there are no rules.</param>
/// <param name="Violations">By the operation's index; null where there are none.</param>
internal readonly record struct BodyJudgement(long[]? Versions, IReadOnlyDictionary<int, RuleViolation>? Violations)
{
    /// <summary>With what else is wrong, of other operations.</summary>
    public BodyJudgement And(IReadOnlyDictionary<int, RuleViolation>? others) =>
        others is null ? this : this with { Violations = Violations is null ? others : new Dictionary<int, RuleViolation>(Violations.Concat(others)) };
}
