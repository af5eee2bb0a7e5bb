namespace DocService.Storage.Io;

/// <summary>What a directory entry is.</summary>
internal enum EntryKind
{
    /// <summary>There is no such entry.</summary>
    None,
    File,
    Directory,
    SymbolicLink,

    /// <summary>A device, socket or FIFO.</summary>
    Other,
}
