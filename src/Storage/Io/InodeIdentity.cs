namespace DocService.Storage.Io;

/// <summary>Tells an inode from any other of the same filesystem, earlier ones with its number included.</summary>
/// <param name="Inode">Its number.</param>
/// <param name="BornSeconds">When it was made, seconds since 1970; 0 where the filesystem does not say.</param>
/// <param name="BornNanoseconds">The rest of it.</param>
internal readonly record struct InodeIdentity(ulong Inode, long BornSeconds, uint BornNanoseconds);
