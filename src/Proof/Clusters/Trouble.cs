namespace DocService.Proof.Clusters;

/// <summary>What happens to the machines in a round.</summary>
internal enum Trouble
{
    /// <summary>The primary's machine dies; a standby takes its place.</summary>
    PrimaryKilled,

    /// <summary>DocService dies; it is started again.</summary>
    ServerKilled,

    /// <summary>One of the standbys dies.</summary>
    StandbyKilled,

    /// <summary>The primary and the standbys do not reach each other for a while.</summary>
    NetworkCut,

    /// <summary>The same, and then the primary dies: what it alone has is lost.</summary>
    PrimaryCutOffAndKilled,
}
