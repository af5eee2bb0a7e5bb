namespace DocService.Storage.Engine.Space;

/// <summary>Who has met a lack of room. What one has met, only the same one knows to be over.</summary>
internal enum SpaceCause
{
    /// <summary>The free bytes or inodes that the filesystem tells do not suffice for a document.</summary>
    Volume,

    /// <summary>The journal could not grow: no spare could be made, or the write of a group found no room.</summary>
    Journal,

    /// <summary>A document could not be filed. Free bytes need not tell: a quota may be used up.</summary>
    Filing,
}
