namespace DocService.Storage.Reports.Findings;

/// <summary>One thing that is not as it was written.</summary>
/// <param name="File">Path in the data directory.</param>
/// <param name="Offset">Where in the file it begins, in bytes; 0 where the file as a whole is meant.</param>
/// <param name="What">What is wrong, in one clause.</param>
public sealed record VerificationDamage(string File, long Offset, string What)
{
    /// <summary>The line of a report.</summary>
    public override string ToString() => $"{File} offset {Offset}: {What}";
}
