namespace DocService.Storage.Followers;

/// <summary>A file of a copy of the documents. Once written it is never written again.</summary>
/// <param name="Directory">Below the data directory.</param>
/// <param name="Name">In that directory.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="Crc32C">Of all its bytes (Castagnoli), from when it was written.</param>
public sealed record CopyFile(string Directory, string Name, long Bytes, uint Crc32C);
