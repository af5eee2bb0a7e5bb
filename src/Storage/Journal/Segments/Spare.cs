using DocService.Storage.Io;

namespace DocService.Storage.Journal.Segments;

/// <summary>A file whose blocks are allocated and synced, waiting to become a segment. Its descriptor stays open.</summary>
internal sealed record Spare(string Name, IFile File, long SizeBytes);
