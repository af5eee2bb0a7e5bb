namespace DocService.Storage.Reports.Findings;

/// <summary>What a verification read and what it found. Counts are of what could be read.</summary>
public sealed class VerificationReport
{
    /// <summary>Journal segments looked at.</summary>
    public int Segments { get; internal set; }

    /// <summary>Intact records in them, seals included.</summary>
    public int Records { get; internal set; }

    /// <summary>Intact commits that the next start has still to file.</summary>
    public int PendingCommits { get; internal set; }

    /// <summary>All commits up to here were synced, as the journal says.</summary>
    public long DurableThrough { get; internal set; }

    /// <summary>All commits up to here were filed, as the journal says.</summary>
    public long FiledThrough { get; internal set; }

    /// <summary>Document files whose every check held.</summary>
    public int Documents { get; internal set; }

    /// <summary>Bytes of their bodies.</summary>
    public long DocumentBytes { get; internal set; }

    /// <summary>Files of kept versions whose every check held; that of a document's newest version is the document's, and counts here too.</summary>
    public int Versions { get; internal set; }

    /// <summary>One entry for each damage; empty: the directory is intact.</summary>
    public IReadOnlyList<VerificationDamage> Damage => DamageFound;

    /// <summary>What is no damage and worth knowing: leftovers of a crash, files that are not ours.</summary>
    public IReadOnlyList<string> Remarks => RemarksMade;

    internal List<VerificationDamage> DamageFound { get; } = [];

    internal List<string> RemarksMade { get; } = [];
}
