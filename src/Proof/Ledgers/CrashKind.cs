namespace DocService.Proof.Ledgers;

/// <summary>How an epoch ended.</summary>
internal enum CrashKind
{
    /// <summary>The process was killed; what it had written to files stays.</summary>
    Kill,

    /// <summary>The filesystem was cut off; only what was synced stays.</summary>
    PowerCut,
}
