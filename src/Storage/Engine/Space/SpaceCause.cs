namespace DocService.Storage.Engine.Space;

/// <summary>Who found too little room. Only the same one knows when that is over.</summary>
internal enum SpaceCause
{
    /// <summary>The free bytes or inodes that the filesystem tells do not suffice for a document.</summary>
    Volume,

    /// <summary>The journal could not grow: no spare could be made, or the write of a group found no room.</summary>
    Journal,

    /// <summary>A document could not be filed. Free bytes need not show it: a quota may be used up.</summary>
    Filing,
}
