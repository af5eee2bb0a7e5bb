namespace DocService.Storage.Io;

/// <summary>
/// Tells a file, and what was last written to it, from any other: a name that leads to the same stamp leads to the same
/// bytes. There is one exception: a file that is written again within one tick of the filesystem's clock (a few
/// milliseconds on Linux before 6.13), with the same length, keeps its stamp.
/// </summary>
/// <param name="Inode">Number of the inode.</param>
/// <param name="Bytes">Length.</param>
/// <param name="ModifiedSeconds">Time of the last write, seconds since 1970.</param>
/// <param name="ModifiedNanoseconds">The rest of it.</param>
internal readonly record struct FileStamp(ulong Inode, long Bytes, long ModifiedSeconds, uint ModifiedNanoseconds);
