namespace DocService.Proof;

/// <summary>What a crash test did and found.</summary>
public sealed class CrashTestReport
{
    /// <summary>Where the data, the server's output and the histories of a failure are kept; null when there was none.</summary>
    public string? Evidence { get; internal set; }

    /// <summary>Empty: every promise held.</summary>
    public IReadOnlyList<string> Violations => ViolationsFound;

    /// <summary>What was not done, and why.</summary>
    public IReadOnlyList<string> Skipped => SkippedParts;

    /// <summary>One line for each part of the test.</summary>
    public IReadOnlyList<string> Lines => LinesWritten;

    internal List<string> ViolationsFound { get; } = [];

    internal List<string> SkippedParts { get; } = [];

    internal List<string> LinesWritten { get; } = [];
}
