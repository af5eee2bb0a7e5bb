namespace DocService.Proof.Ledgers;

/// <summary>What a call asks of one document.</summary>
internal enum StepKind
{
    Read,
    Put,
    Delete,
}
