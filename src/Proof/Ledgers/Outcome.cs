namespace DocService.Proof.Ledgers;

/// <summary>What an answer, or its absence, says about a call.</summary>
internal enum Outcome
{
    /// <summary>No answer, or one that says so: it may have taken effect.</summary>
    Unknown,

    /// <summary>The server says that nothing was changed and tells nothing else.</summary>
    Refused,

    /// <summary>A condition did not hold: nothing was changed, and what stands there was told.</summary>
    ConditionFailed,

    /// <summary>202, or a level below the promised one: survives a kill, not a power cut, and may take effect after the answer.</summary>
    Buffered,

    /// <summary>Success: durable, or what a read saw.</summary>
    Acknowledged,
}
