namespace DocService.Storage.Tests.Support.Crash.Ledgers;

/// <summary>What a <see cref="Ledger"/> knows of one write: of one document, or of several as one.</summary>
/// <remarks>
/// Owns: its outcome and what its version can be.
/// Thread: one.
/// Invariants: <see cref="Version"/> is above <see cref="HighestBefore"/> and below <see cref="Below"/>; once an outcome is known it stays.
/// On failure: cannot fail; contradictions are the ledger's to find.
/// </remarks>
internal sealed class IssuedWrite(IReadOnlyList<Note.Change> changes, long highestBefore)
{
    public IReadOnlyList<Note.Change> Changes { get; } = changes;

    public WriteOutcome Outcome { get; set; }

    /// <summary>Known once it was answered or read.</summary>
    public long? Version { get; set; }

    /// <summary>The highest version that anybody had been told of when it was asked for.</summary>
    public long HighestBefore { get; } = highestBefore;

    /// <summary>A reader has seen something else in its place: if it was carried out at all, then with a lower version.</summary>
    public long Below { get; private set; } = long.MaxValue;

    /// <summary>Asked for in a process that is gone.</summary>
    public bool IsPast { get; set; }

    /// <summary>Its outcome is unknown: no reader sees it before a restart has decided.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Answered before it was durable.</summary>
    public bool IsBuffered { get; set; }

    public bool IsUndecided => IsPast && Outcome == WriteOutcome.Open;

    public bool Names(string id) => Changes.Any(change => change.Id == id);

    public bool Puts(string id, string? body) => body is not null && Changes.Any(change => change.Id == id && change.Body == body);

    public bool Deletes(string id) => Changes.Any(change => change.Id == id && change.Body is null);

    /// <summary>Whether its version may be above this one.</summary>
    public bool MayBeAbove(long version) => Outcome switch
    {
        WriteOutcome.Nothing => false,
        WriteOutcome.Done => Version is null || Version > version,
        _ => (IsPast || !IsDoubtful) && Below - 1 > version && (Version is null || Version > version),
    };

    public override string ToString() => string.Join(" and ", Changes.Select(change => $"{change.Id} = {change.Body ?? "deleted"}"));

    /// <summary>Where it stands undecided, a reader saw that version instead. No room is left for its own: it was lost.</summary>
    public void LimitBelow(long version)
    {
        Below = Math.Min(Below, version);
        if (Below <= HighestBefore + 1 || Below <= Version)
        {
            Outcome = WriteOutcome.Nothing;
        }
    }
}
