namespace DocService.Storage.Journal.Writing;

/// <summary>The sizes and times that the journal keeps to.</summary>
internal readonly record struct JournalLimits
{
    /// <summary>Bytes of segments that hold unfiled commits, beside the reserve.</summary>
    public required long UsableBytes { get; init; }

    /// <summary>Quiet time after which a seal is written.</summary>
    public required TimeSpan SealAfter { get; init; }
}
