namespace DocService.Storage;

/// <summary>What a write did.</summary>
public enum WriteStatus
{
    /// <summary>The document did not exist and now does.</summary>
    Created,

    /// <summary>The document existed and has a new version.</summary>
    Replaced,

    /// <summary>The document existed and does not any more.</summary>
    Deleted,

    /// <summary>A delete or a patch of a document that does not exist, or a sweep of one that is not to be swept; nothing was written.</summary>
    NotFound,

    /// <summary>A check whose conditions hold.</summary>
    Checked,

    /// <summary>A condition does not hold; nothing was written.</summary>
    ConditionFailed,

    /// <summary>A rule refused it, or its patch cannot be applied; nothing was written.</summary>
    Refused,
}
