namespace DocService.Proof.Ledgers;

/// <summary>The newest version of a document that any client was told of, by an acknowledgement or by a read.</summary>
/// <param name="Sequence">Of the commit; 0: none.</param>
/// <param name="IsDelete">It removed the document.</param>
internal readonly record struct Told(long Sequence, bool IsDelete)
{
    /// <summary>A read told of that version; one that found nothing says nothing about how new that is.</summary>
    public Told And(Observation seen) => seen.IsAbsent ? this : And(seen.Version, isDelete: false);

    /// <summary>What stands there after a crash stays: absent, it must not come back in an old version.</summary>
    public Told Settled(Observation found) => found.IsAbsent ? this with { IsDelete = true } : And(found);

    public Told And(long sequence, bool isDelete) => sequence > Sequence ? new Told(sequence, isDelete) : this;
}
