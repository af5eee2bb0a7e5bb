namespace DocService.Storage.Rules;

/// <summary>Why a rule refuses an operation. A rule may derive its own, with what a client needs to know.</summary>
/// <param name="Reason">In one sentence.</param>
public record RuleViolation(string Reason);
