namespace DocService.Proof.Histories;

/// <summary>
/// One operation on one document, as its client saw it: it took effect at one moment between its beginning and its
/// end, if what it needed held at that moment.
/// </summary>
/// <param name="Began">Timestamp before the request was sent.</param>
/// <param name="Ended">Timestamp after the answer had come, or of the crash where there was none.</param>
/// <param name="Need">What must have held.</param>
/// <param name="Value">For <see cref="Need.Exactly"/>.</param>
/// <param name="Sets">What the register holds afterwards; null: what it held before. <see cref="Absent"/>: nothing.</param>
/// <param name="IsOptional">Its outcome is unknown: it may never have taken effect.</param>
/// <param name="Text">For people.</param>
internal sealed record RegisterOperation(long Began, long Ended, Need Need, long Value, long? Sets, bool IsOptional, string Text)
{
    /// <summary>The value of a document that does not exist.</summary>
    public const long Absent = 0;

    public bool IsPossible(long state) => Need switch
    {
        Need.Absent => state == Absent,
        Need.Present => state != Absent,
        Need.Exactly => state == Value,
        _ => true,
    };

    public override string ToString() => $"{Began}..{Ended} {Text}{(IsOptional ? " (outcome unknown)" : string.Empty)}";
}
