namespace DocService.Proof.Ledgers;

/// <summary>A document as a read found it.</summary>
/// <param name="Tag">Which write's content it has; 0 when it does not exist.</param>
/// <param name="Version">From its entity tag; 0 when it does not exist.</param>
internal readonly record struct Observation(long Tag, long Version)
{
    public static Observation Absent => default;

    public bool IsAbsent => Tag == 0;

    public override string ToString() => IsAbsent ? "absent" : $"write {Tag} at version {Version}";
}
