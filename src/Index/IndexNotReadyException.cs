namespace DocService.Index;

#pragma warning disable CA1032 // Made only here, always with what the index is doing.

/// <summary>The index has not every document yet, or is about to be made anew. It answers later; documents do not depend on it.</summary>
public sealed class IndexNotReadyException : Exception
{
    internal IndexNotReadyException(IndexStatus status)
        : base("The index is being made and does not answer yet.") => Status = status;

    /// <summary>How far it has come.</summary>
    public IndexStatus Status { get; }
}
