namespace DocService.Storage.Tests.Support.Overload;

/// <summary>What keeps a store from getting on while clients write.</summary>
internal enum Obstacle
{
    /// <summary>Nothing does: then nothing may be refused.</summary>
    None,

    /// <summary>Each sync of a document's file takes a second or more.</summary>
    SlowFiling,

    /// <summary>No temporary file can be made, for a reason that says nothing of room.</summary>
    FilingFails,

    /// <summary>A quota for documents is used up; free blocks do not show it.</summary>
    Quota,

    /// <summary>The disk has no free block.</summary>
    FullDisk,

    /// <summary>No file can be opened or made.</summary>
    NoDescriptors,

    /// <summary>Memory has run out.</summary>
    NoMemory,
}
