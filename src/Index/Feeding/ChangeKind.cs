namespace DocService.Index.Feeding;

/// <summary>What became of a document.</summary>
public enum ChangeKind
{
    /// <summary>It was written, and the reader's filter lets it through.</summary>
    Put,

    /// <summary>It was deleted.</summary>
    Delete,

    /// <summary>It was deleted, has ended, or is none that the reader's filter lets through. Whether it was before is not said.</summary>
    Gone,
}
