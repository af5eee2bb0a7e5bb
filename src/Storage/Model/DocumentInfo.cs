namespace DocService.Storage.Model;

/// <summary>What is known of one version of a document without its body.</summary>
public sealed record DocumentInfo
{
    private readonly long _expiresTicks; // 0: it has no end; infos are many, and eight bytes will do

    /// <summary>Sequence of the commit that wrote it: positive, below 10^15, never reused for any document.</summary>
    public required long Version { get; init; }

    /// <summary>Media type as the client sent it.</summary>
    public required string ContentType { get; init; }

    /// <summary>When the document came into being; kept across overwrites, new after a delete. UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When this version was committed. UTC; never earlier than that of the version before.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Body length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the body.</summary>
    public required Sha256Digest Sha256 { get; init; }

    /// <summary>
    /// This version is kept, beside the document, together with the versions before it: so many of the newest, this one counted in.
    /// 0: it is not kept. Fixed when the version was written (<c>CommitDraft.KeepVersions</c>).
    /// </summary>
    public ushort Keep { get; init; }

    /// <summary>
    /// The document's end: from this moment on it is absent for everybody, by the store's time. Fixed when the version was
    /// written; null: it has none. UTC.
    /// </summary>
    public DateTimeOffset? Expires
    {
        get => _expiresTicks == 0 ? null : new DateTimeOffset(_expiresTicks, TimeSpan.Zero);
        init => _expiresTicks = value is { } end ? Math.Max(1, end.UtcTicks) : 0;
    }

    /// <summary>Whether the document is over at this moment of the store's time.</summary>
    public bool HasEnded(DateTimeOffset moment) => _expiresTicks != 0 && _expiresTicks <= moment.UtcTicks;
}
