namespace DocService.Storage.Journal.Segments;

/// <summary>Why the last attempt to make a spare has failed.</summary>
internal enum SpareObstacle
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The volume is full.</summary>
    Space,

    /// <summary>Something that says nothing of the data that is there: descriptors have run out, a write failed.</summary>
    Other,
}
