namespace DocService.Index.History;

/// <summary>Why a document's history has to be looked over. Part of a key on the disk.</summary>
public enum DueReason
{
    /// <summary>The document has been written: there may be more versions than are kept.</summary>
    Written,

    /// <summary>A client erases the history.</summary>
    Erasure,

    /// <summary>A version of it has ended.</summary>
    Ended,
}
