namespace DocService.Storage.Io.Volumes;

/// <summary>What this process may still allocate on a filesystem.</summary>
/// <param name="Bytes">Bytes.</param>
/// <param name="Inodes">Inodes; <see cref="long.MaxValue"/> where the filesystem has no such limit.</param>
internal readonly record struct FreeSpace(long Bytes, long Inodes);
