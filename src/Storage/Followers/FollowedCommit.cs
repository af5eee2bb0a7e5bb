namespace DocService.Storage.Followers;

/// <summary>A published commit, as a follower reads it. Valid until its cursor reads on.</summary>
/// <param name="Sequence">Of the commit: the version of every document that it writes, but for one that is carried forward.</param>
/// <param name="Operations">In the order of the commit.</param>
public sealed record FollowedCommit(long Sequence, IReadOnlyList<FollowedOperation> Operations)
{
    /// <summary>What rules added to the commit's record, kinds ascending.</summary>
    public IReadOnlyList<RecordField> Fields { get; init; } = [];
}

/// <summary>A field that a rule added to the record of a commit.</summary>
/// <param name="Kind">Which field.</param>
/// <param name="Value">Its bytes, verified.</param>
public readonly record struct RecordField(ushort Kind, ReadOnlyMemory<byte> Value);

/// <summary>One write of a commit.</summary>
/// <param name="Key">Of the document, which may be a hidden one.</param>
/// <param name="Info">What it makes of the document; null for a delete.</param>
/// <param name="Body">The bytes of a put, verified; empty for a delete.</param>
public readonly record struct FollowedOperation(DocumentKey Key, DocumentInfo? Info, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// The version that it makes: the commit's sequence. A lower one if the record of a blocked document was carried
    /// forward. The follower has had that version before, and applying it again must change nothing.
    /// </summary>
    public long Version { get; init; }

    /// <summary>
    /// It makes a kept version (<see cref="DocumentInfo.Keep"/>) and nothing else: the document has a later version, or has been deleted. The
    /// record of a kept version that cannot be filed was carried forward. Whoever follows the documents alone skips it.
    /// </summary>
    public bool IsSuperseded { get; init; }
}
