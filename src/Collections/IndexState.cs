namespace DocService.Collections;

/// <summary>What an index of a collection is good for.</summary>
public enum IndexState
{
    /// <summary>Documents are read into it. Queries do not use it; a unique one judges what is written since it was declared.</summary>
    Building,

    /// <summary>It has every document. A unique one has no value twice.</summary>
    Ready,

    /// <summary>It has every document, and values that several documents have had since before it was declared. Queries use it.</summary>
    Violated,

    /// <summary>The index of the store has failed, and tries again later.</summary>
    Failed,
}
