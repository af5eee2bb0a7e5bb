namespace DocService.Storage.Io;

/// <summary>
/// As <see cref="FileStamp"/>, and when anything of the file was changed, its rights and names included: a time that no program
/// can set back. It moves with a rename too, so it is asked for once a file has its name.
/// </summary>
/// <param name="Stamp">Which file it is, and when it was last written to.</param>
/// <param name="ChangedSeconds">Time of the last change, seconds since 1970.</param>
/// <param name="ChangedNanoseconds">The rest of it.</param>
internal readonly record struct FileState(FileStamp Stamp, long ChangedSeconds, uint ChangedNanoseconds);
